import ArgumentParser
package import Environments

/// `key=value` on the command line.
package struct LabelArgument: ExpressibleByArgument, Sendable, Equatable {
    package let key: String
    package let value: String

    /// Nil lets the parser name the option and the value that does not fit.
    package init?(argument: String) {
        guard let split = argument.firstIndex(of: "="), split != argument.startIndex else { return nil }
        key = String(argument[..<split])
        value = String(argument[argument.index(after: split)...])
    }
}

extension [LabelArgument] {
    /// The labels by key; the last one of a key wins.
    package var dictionary: [String: String] {
        Dictionary(map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}

/// A length of time on the command line, in whole seconds. Durations are parsed by the commands and not by the
/// argument parser, so that a wrong one gets the control plane's own message and hint.
package func seconds(_ text: String) throws(ControlError) -> Int {
    // A leading minus is refused by DurationText as well: there is no way to write a negative duration.
    do throws(ControlError) {
        return Int(try DurationText.parse(text).wholeSeconds)
    } catch {
        guard isTooLong(text) else { throw error }
        throw ControlError(
            .invalidRequest, subject: text, "'\(text)' is too long",
            hint: "a duration is at most \(longestDuration), a hundred years")
    }
}

/// What `DurationText` takes at most.
package let longestDuration = "36600d"

/// Whether a text that is refused would be a duration if its numbers were small.
private func isTooLong(_ text: String) -> Bool {
    var small = ""
    for character in text {
        let isDigit = character.isASCII && character.isNumber
        if !(isDigit && small.last == "0") { small.append(isDigit ? "0" : character) }
    }
    do {
        _ = try DurationText.parse(small)
        return true
    } catch {
        return false
    }
}

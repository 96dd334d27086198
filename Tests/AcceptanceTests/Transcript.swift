#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Commands and their answers, for a reader: appended to the file that `ENVCTL_TRANSCRIPT` names; nothing without it.
struct Transcript: Sendable {
    private let path: String?

    init(isWritten: Bool) { path = isWritten ? getenv("ENVCTL_TRANSCRIPT").map { String(cString: $0) } : nil }

    func heading(_ text: String) throws { try append("# \(text)\n\n") }

    /// - Parameter calls: what reached the RDS API meanwhile.
    func add(command: [String], result: Installation.Result, calls: [RecordedCalls.Call]) throws {
        var text = "$ " + command.map(Self.quoted).joined(separator: " ") + "\n" + result.output
        if !text.hasSuffix("\n") { text += "\n" }
        if result.exitCode != 0 { text += "[exit code \(result.exitCode)]\n" }
        let counts = RecordedCalls.counts(calls).map { "\($0.action) \($0.count)" }.joined(separator: ", ")
        if !counts.isEmpty { text += "[RDS meanwhile: \(counts)]\n" }
        try append(text + "\n")
    }

    private static func quoted(_ word: String) -> String {
        word.allSatisfy { $0.isLetter || $0.isNumber || "-_=./:,".contains($0) } && !word.isEmpty ? word : "'\(word)'"
    }

    private func append(_ text: String) throws {
        guard let path else { return }
        guard let file = fopen(path, "a") else { throw POSIXError(.EACCES) }
        defer { fclose(file) }
        fputs(text, file)
    }
}

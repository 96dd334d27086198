#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What reached moto's server, as it wrote it down.
struct RecordedCalls: Sendable {
    struct Call: Sendable {
        /// Since 1970.
        var milliseconds: Int
        var status: Int
        /// The body.
        var form: String

        var action: String { self["Action"] ?? "?" }
        var isList: Bool { action.hasPrefix("Describe") }

        /// A parameter, without decoding.
        subscript(name: String) -> String? {
            form.split(separator: "&").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
        }
    }

    let path: String

    func all() throws -> [Call] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 3, let milliseconds = Int(fields[0]), let status = Int(fields[1]) else { return nil }
            return Call(milliseconds: milliseconds, status: status, form: String(fields[2]))
        }
    }

    /// How many of each action, in the order of their names.
    static func counts(_ calls: some Sequence<Call>) -> [(action: String, count: Int)] {
        Dictionary(grouping: calls, by: \.action).map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }
}

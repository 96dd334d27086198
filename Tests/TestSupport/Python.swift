#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Scripts for the interpreter that `ENVCTL_PYTHON` names, which has botocore and moto: judges that we did not write.
package enum Python {
    /// nil: tests that need it are disabled.
    package static let interpreter = environment("ENVCTL_PYTHON")

    /// `PATH` with the programs beside the interpreter, the AWS CLI for instance, first.
    package static var path: String {
        let rest = environment("PATH") ?? "/usr/bin:/bin"
        guard let folder = interpreter?.split(separator: "/", omittingEmptySubsequences: false).dropLast() else {
            return rest
        }
        return folder.joined(separator: "/") + ":" + rest
    }

    /// Runs a script to its end and returns the lines that it printed.
    ///
    /// - Parameter input: what the script reads from its standard input.
    package static func lines(
        _ script: String, arguments: [String] = [], input: String = "", variables: [String: String] = [:]
    ) async throws -> [String] {
        try await onItsOwnThread("python") {
            try run(script, arguments: arguments, input: input, variables: variables)
        }
    }

    private static func run(
        _ script: String, arguments: [String], input: String, variables: [String: String]
    ) throws -> [String] {
        guard let interpreter else { throw TestSupportError("ENVCTL_PYTHON is not set") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "envctl-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (program, data) = (folder.appending(path: "script.py"), folder.appending(path: "input"))
        try script.write(to: program, atomically: false, encoding: .utf8)
        try input.write(to: data, atomically: false, encoding: .utf8)
        let assignments = variables.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }
        let command = assignments + ["'\(interpreter)'", "'\(program.path)'"] + arguments.map { "'\($0)'" }
        guard let stream = popen(command.joined(separator: " ") + " < '\(data.path)'", "r") else {
            throw TestSupportError("cannot start \(interpreter)")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard pclose(stream) == 0 else { throw TestSupportError("the script failed; it wrote why") }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }
}

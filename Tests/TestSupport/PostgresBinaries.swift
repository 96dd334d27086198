#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The server's programs: `ENVCTL_POSTGRES_BIN`, else the highest version below /usr/lib/postgresql (Debian) or
/// Homebrew's prefix, else PATH.
package struct PostgresBinaries: Sendable {
    package let directory: String

    package static func find() throws -> PostgresBinaries {
        if let given = environment("ENVCTL_POSTGRES_BIN") { return PostgresBinaries(directory: given) }
        let onPath = environment("PATH")?.split(separator: ":").map(String.init) ?? []
        for candidate in debian + ["/opt/homebrew/opt/postgresql/bin"] + onPath {
            let programs = ["postgres", "initdb"].map { "\(candidate)/\($0)" }
            if programs.allSatisfy(FileManager.default.isExecutableFile) {
                return PostgresBinaries(directory: candidate)
            }
        }
        throw TestSupportError("no PostgreSQL server programs: install postgresql or set ENVCTL_POSTGRES_BIN")
    }

    package func path(_ program: String) -> String { "\(directory)/\(program)" }

    private static var debian: [String] {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
    }
}

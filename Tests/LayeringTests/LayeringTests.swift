import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Holds the sources to the target table of docs/architecture.md: what a target may import of ours, and which targets
/// stay free of Foundation, of I/O and of clocks.
@Suite struct LayeringTests {
    /// For each target the modules of this package that its sources may import.
    static let allowed: [String: Set<String>] = [
        "DynamoModel": [],
        "DynamoExpressions": ["DynamoModel"],
        "Environments": [],
        "Cryptography": ["CCrypto"],
        "HTTPClient": ["CCurl"],
        "AWS": ["Cryptography"],
        "AWSClient": ["AWS", "HTTPClient", "DynamoModel", "Cryptography", "CExpat", "CPlatform"],
        "Postgres": ["CPostgres", "CPlatform"],
        "ExtendDBLayout": ["Postgres", "DynamoModel", "Cryptography"],
        "ExtendDBServer": [
            "ExtendDBLayout", "DynamoExpressions", "DynamoModel", "Postgres", "AWS", "Cryptography", "CPlatform",
            "CZlib",
        ],
        "ControlPlane": [
            "Environments", "ExtendDBLayout", "DynamoModel", "AWS", "AWSClient", "HTTPClient", "Postgres",
            "Cryptography", "CPlatform", "CZlib",
        ],
        "ControlPlaneAPI": ["ControlPlane", "Environments", "Cryptography"],
        "EnvctlCommands": [
            "ControlPlaneAPI", "ControlPlane", "Environments", "HTTPClient", "Cryptography", "CPlatform",
        ],
        "envctl": ["EnvctlCommands"],
        "extenddb-server": ["ExtendDBServer"],
    ]

    /// C targets hold no Swift.
    static let cTargets: Set<String> = ["CCrypto", "CCurl", "CExpat", "CPlatform", "CPostgres", "CZlib"]

    /// Pure targets: the standard library alone.
    static let pure: Set<String> = ["DynamoModel", "DynamoExpressions", "Environments"]

    /// What ends up in `extenddb-server`, where Foundation would cost start-up time and memory, and the other leaves.
    static let withoutFoundation: Set<String> = pure.union([
        "Cryptography", "HTTPClient", "AWS", "AWSClient", "Postgres", "ExtendDBLayout", "ExtendDBServer",
        "extenddb-server",
    ])

    /// Files that may start a task by hand, since they await it at once: cleaning up after a cancellation has to run
    /// outside the cancelled task.
    static let awaitedTasks: Set<String> = ["/ControlPlane/Clone/Uncancelled.swift"]

    @Test func everyTargetIsInTheTable() throws {
        let folders = try Set(FileManager.default.contentsOfDirectory(atPath: Self.sources))
        #expect(folders == Set(Self.allowed.keys).union(Self.cTargets))
    }

    @Test(arguments: allowed.keys.sorted())
    func importsOnlyWhatTheTableAllows(target: String) throws {
        let ours = Set(Self.allowed.keys).union(Self.cTargets)
        let allowed = try #require(Self.allowed[target])
        let files = try Self.swiftFiles(of: target)
        try #require(!files.isEmpty, "\(target) has no sources")
        for file in files {
            for module in try Self.imports(in: file) where ours.contains(module) {
                #expect(allowed.contains(module), "\(file): \(target) may not import \(module)")
            }
        }
    }

    @Test(arguments: allowed.keys.sorted())
    func foundationStaysOut(target: String) throws {
        for file in try Self.swiftFiles(of: target) {
            let imports = try Self.imports(in: file)
            if Self.withoutFoundation.contains(target) {
                #expect(!imports.contains("FoundationEssentials"), "\(file) imports FoundationEssentials")
                #expect(!imports.contains("Foundation"), "\(file) imports Foundation")
            } else if imports.contains("Foundation") {
                // Full Foundation links ICU's data, some 45 MB; only the fallback for platforms without the
                // essentials may name it.
                #expect(imports.contains("FoundationEssentials"), "\(file) imports the whole of Foundation")
            }
        }
    }

    @Test(arguments: pure.sorted())
    func pureTargetsImportNothingThatActs(target: String) throws {
        for file in try Self.swiftFiles(of: target) {
            let foreign = try Self.imports(in: file).subtracting(["DynamoModel"])
            #expect(foreign.isEmpty, "\(file) imports \(foreign.sorted())")
            let source = try Self.text(of: file)
            for word in ["ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "DispatchTime"] {
                #expect(!source.contains(word), "\(file) names \(word): clocks and randomness are injected")
            }
        }
    }

    @Test func sourcesKeepTheHouseRules() throws {
        for target in Self.allowed.keys.sorted() {
            for file in try Self.swiftFiles(of: target) {
                let lines = try Self.text(of: file).split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 600, "\(file) has \(lines.count) lines; a file has one subject")
                for (number, line) in lines.enumerated() {
                    let code = line.prefix { $0 != "/" }
                    let unstructured = code.contains(/\bTask\s*\{/) || code.contains("Task.detached")
                    #expect(
                        !unstructured || Self.awaitedTasks.contains { file.hasSuffix($0) },
                        "\(file):\(number + 1): an unstructured task")
                    #expect(!code.contains("try!"), "\(file):\(number + 1): try!")
                }
            }
        }
    }

    // MARK: - Reading the tree

    /// `Sources` of this checkout.
    static let sources: String = {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(3).joined(separator: "/") + "/Sources"
    }()

    static func swiftFiles(of target: String) throws -> [String] {
        let root = sources + "/" + target
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
            .sorted().map { root + "/" + $0 }
    }

    static func text(of file: String) throws -> String {
        try String(contentsOf: URL(filePath: file), encoding: .utf8)
    }

    /// The modules that a file imports, system modules of C left out.
    static func imports(in file: String) throws -> Set<String> {
        var modules: Set<String> = []
        for line in try text(of: file).split(separator: "\n") {
            var words = line.split(separator: " ")
            while let first = words.first,
                first.hasPrefix("@") || ["package", "public", "internal", "private", "fileprivate"].contains(first)
            {
                words.removeFirst()
            }
            guard words.first == "import", words.count >= 2 else { continue }
            let kinds: Set<Substring> = ["struct", "class", "enum", "func", "var", "let", "typealias", "protocol"]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            modules.insert(String(name.split(separator: ".")[0]))
        }
        return modules.subtracting(["Glibc", "Musl", "Darwin", "Synchronization"])
    }
}

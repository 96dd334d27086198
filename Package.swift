// swift-tools-version: 6.1
import PackageDescription

/// The settings of every Swift target: the language mode of Swift 6 and the upcoming features that make an import,
/// an existential and an access level a decision instead of a default.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

/// What each target may import stands in docs/architecture.md; `LayeringTests` holds both this file and the sources
/// to that table.
let package = Package(
    name: "envctl",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "envctl", targets: ["envctl"]),
        .executable(name: "extenddb-server", targets: ["extenddb-server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.36.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: module maps of system libraries, and the shims that Swift cannot express.
        .systemLibrary(
            name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        // (Not "CSystem": swift-nio brings swift-system, which has a target of that name.)
        .target(name: "CPlatform"),

        // Pure: no I/O, no clock.
        .target(name: "DynamoModel", swiftSettings: settings),
        .target(name: "DynamoExpressions", dependencies: ["DynamoModel"], swiftSettings: settings),
        .target(name: "Environments", swiftSettings: settings),

        // Leaves that talk to one system library each.
        .target(name: "Cryptography", dependencies: ["CCrypto"], swiftSettings: settings),
        .target(name: "HTTPClient", dependencies: ["CCurl"], swiftSettings: settings),
        .target(name: "AWS", dependencies: ["Cryptography"], swiftSettings: settings),
        .target(
            name: "AWSClient",
            dependencies: ["AWS", "HTTPClient", "DynamoModel", "Cryptography", "CExpat", "CPlatform"],
            swiftSettings: settings),
        .target(name: "Postgres", dependencies: ["CPostgres", "CPlatform"], swiftSettings: settings),

        // The ExtendDB server.
        .target(
            name: "ExtendDBLayout", dependencies: ["Postgres", "DynamoModel", "Cryptography"], swiftSettings: settings),
        .target(
            name: "ExtendDBServer",
            dependencies: [
                "ExtendDBLayout", "DynamoExpressions", "DynamoModel", "Postgres", "AWS", "Cryptography", "CPlatform",
                "CZlib",
            ] + nio + [tls, lifecycle, logging],
            swiftSettings: settings),

        // The environment manager.
        .target(
            name: "ControlPlane",
            dependencies: [
                "Environments", "ExtendDBLayout", "DynamoModel", "AWS", "AWSClient", "HTTPClient", "Postgres",
                "Cryptography", "CPlatform", "CZlib", lifecycle, logging,
            ],
            swiftSettings: settings),
        .target(
            name: "ControlPlaneAPI",
            dependencies: [
                "ControlPlane", "Environments", "Cryptography", hummingbird, tls, lifecycle, logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
            ],
            swiftSettings: settings),
        .target(
            name: "EnvctlCommands",
            dependencies: [
                "ControlPlaneAPI", "ControlPlane", "Environments", "HTTPClient", "Cryptography", "CPlatform",
                argumentParser,
                lifecycle, unixSignals, logging,
            ],
            swiftSettings: settings),

        // Executables: one small file each.
        .executableTarget(name: "envctl", dependencies: ["EnvctlCommands"], swiftSettings: settings),
        .executableTarget(
            name: "extenddb-server",
            dependencies: ["ExtendDBServer", lifecycle, unixSignals, logging],
            swiftSettings: settings),

        // Tests. TestSupport starts one real PostgreSQL for a test run and gives each test a database of its own.
        .target(
            name: "TestSupport", dependencies: ["Postgres", "DynamoModel", "CPlatform"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .testTarget(name: "DynamoModelTests", dependencies: ["DynamoModel"], swiftSettings: settings),
        .testTarget(
            name: "DynamoExpressionsTests", dependencies: ["DynamoExpressions", "DynamoModel"],
            swiftSettings: settings),
        // The RDS control plane in memory, with virtual time and faults by a seed, and as a server that speaks HTTP.
        .target(
            name: "SimulatedRDS", dependencies: ["Environments", "AWS", "TestSupport"], path: "Tests/SimulatedRDS",
            swiftSettings: settings),
        .testTarget(
            name: "EnvironmentsTests", dependencies: ["Environments", "SimulatedRDS"], swiftSettings: settings),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: settings),
        .testTarget(
            name: "AWSTests", dependencies: ["AWS", "Cryptography", "HTTPClient", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "AWSClientTests",
            dependencies: [
                "AWSClient", "AWS", "HTTPClient", "DynamoModel", "Cryptography", "SimulatedRDS", "TestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "CPlatform", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ExtendDBLayoutTests",
            dependencies: ["ExtendDBLayout", "DynamoModel", "Postgres", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "ExtendDBServerTests",
            dependencies: [
                "ExtendDBServer", "ExtendDBLayout", "DynamoModel", "DynamoExpressions", "Postgres", "AWS",
                "Cryptography",
                "HTTPClient", "TestSupport", lifecycle, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "ExtendDBServer", "ExtendDBLayout", "DynamoModel", "Postgres", "AWS", "Cryptography", "HTTPClient",
                "TestSupport", lifecycle, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "ControlPlaneAPI", "ControlPlane", "Environments", "ExtendDBLayout", "DynamoModel", "Postgres", "AWS",
                "AWSClient", "Cryptography", "HTTPClient", "CPlatform", "SimulatedRDS", "TestSupport", lifecycle,
                logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EnvctlCommandsTests",
            dependencies: [
                "EnvctlCommands", "ControlPlaneAPI", "ControlPlane", "Environments", "HTTPClient", "TestSupport",
                argumentParser,
            ],
            swiftSettings: settings),
        .testTarget(name: "LayeringTests", swiftSettings: settings),
        .testTarget(
            name: "AcceptanceTests",
            dependencies: [
                "ControlPlane", "Environments", "Postgres", "HTTPClient", "AWS", "AWSClient", "TestSupport", logging,
            ],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2

import PackageDescription

/// One strictness for every target: Swift 6 mode comes from the tools version, and in CI a warning is an error.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// What a test or a source may use of the PostgreSQL and MariaDB client libraries hangs on a package trait,
/// so that a plain build needs libcurl and SQLite alone.
let package = Package(
    name: "tributary",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Tributary", targets: ["Tributary", "Columns"]),
        .library(name: "TributaryRuntime", targets: ["Columns", "Lake", "Transports", "Pipeline", "SourceCatalog"]),
        .library(name: "TributaryCLI", targets: ["TributaryCLI"]),
        .library(name: "TributaryTesting", targets: ["TributaryTesting"]),
        .executable(name: "tributary", targets: ["TributaryProgram"]),
        .executable(name: "scaffold", targets: ["ScaffoldCLI"]),
    ],
    traits: [
        .trait(name: "PostgreSQL", description: "The PostgreSQL driver (needs libpq-dev)"),
        .trait(name: "MariaDB", description: "The MySQL and MariaDB driver (needs libmariadb-dev)"),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // System libraries and thin shims.
        .systemLibrary(name: "CCurlSystem", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurl", dependencies: ["CCurlSystem"]),
        .target(name: "CSocket"),
        .target(name: "CSpawn"),
        .target(name: "Spawn", dependencies: ["CSpawn"], swiftSettings: strict),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CZstd"),
        .target(name: "CHeap"),
        .target(name: "CCrash"),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),

        // The way of the data.
        .target(name: "Columns", swiftSettings: strict),
        .target(
            name: "Tributary",
            dependencies: ["Columns", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "Lake",
            dependencies: ["Columns", "CZstd", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "Transports",
            dependencies: [
                "Tributary", "Columns", "CCurl", "CSocket", "Spawn", "CSQLite",
                .product(name: "Logging", package: "swift-log"),
                .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
                .target(name: "CMariaDB", condition: .when(traits: ["MariaDB"])),
            ],
            swiftSettings: strict),
        .target(
            name: "SourceCatalog", dependencies: ["Tributary", "Columns"],
            resources: [.copy("Icons")], swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "CHeap", "Tributary", "Lake", "Columns",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Cassettes",
            dependencies: [
                "Tributary", "Columns", .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // The kit: stands beside the runtime and drives it.
        .target(
            name: "Conformance",
            dependencies: [
                "CCrash", "CHeap", "CSQLite", "Spawn", "Cassettes", "Pipeline", "Lake", "Tributary", "Columns",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // The page that shows an author what users will see.
        .target(
            name: "Preview",
            dependencies: [
                "Pipeline", "Lake", "Tributary", "Columns", .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            resources: [.copy("Page")], swiftSettings: strict),

        // The kit's checks as tests of a package, each with its own name.
        .target(name: "CTestCases"),
        .target(
            name: "TributaryTesting",
            dependencies: ["CTestCases", "Conformance", "Cassettes", "Transports", "Tributary"], swiftSettings: strict),

        // Commands.
        .executableTarget(
            name: "TributaryProgram", dependencies: ["TributaryCLI", "SourceCatalog"], swiftSettings: strict),
        .target(
            name: "TributaryCLI",
            dependencies: [
                "Tributary", "Columns", "Lake", "Transports", "SourceCatalog", "Pipeline", "Cassettes", "Conformance",
                "Preview", "Spawn", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "ScaffoldCLI",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Tributary", "Columns", "CSQLite", "Spawn", .product(name: "Logging", package: "swift-log"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            path: "Tests/Support", exclude: ["requirements.txt"], swiftSettings: strict),
        // Runs a command beside database servers of its own.
        .executableTarget(
            name: "with-servers", dependencies: ["TestSupport", "Tributary"], path: "Tests/WithServers",
            swiftSettings: strict),
        .testTarget(
            name: "ColumnsTests", dependencies: ["Columns", "TestSupport"], resources: [.copy("Corpora")],
            swiftSettings: strict),
        .testTarget(
            name: "TributaryTests", dependencies: ["Tributary", "TestSupport"], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "LakeTests", dependencies: ["Lake", "TestSupport"], resources: [.copy("Corpora")],
            swiftSettings: strict),
        .testTarget(
            name: "SpawnTests", dependencies: ["Spawn", "Tributary", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TransportsTests", dependencies: ["Transports", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SourceCatalogTests",
            dependencies: [
                "SourceCatalog", "Cassettes", "Transports", "TestSupport",
            ],
            exclude: ["Golden"], swiftSettings: strict),
        // A modelled upstream and crash points, shared by the tests and by the child process that kills itself.
        .target(
            name: "SyncModel",
            dependencies: [
                "Pipeline", "Lake", "Tributary", "Columns", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/SyncModel", swiftSettings: strict),
        .executableTarget(
            name: "CrashingSync", dependencies: ["SyncModel"], path: "Tests/CrashingSync", swiftSettings: strict),
        .testTarget(
            name: "PipelineTests", dependencies: ["Pipeline", "SyncModel", "CrashingSync", "Spawn", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CassettesTests",
            dependencies: ["Cassettes", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Conformance", "Cassettes", "Pipeline", "Lake", "Transports", "SourceCatalog", "Tributary", "Columns",
                "TributaryProgram", "TributaryTesting", "Spawn", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PreviewTests", dependencies: ["Preview", "Transports", "Tributary", "Columns", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TestSupport", "TributaryProgram", "ScaffoldCLI", "Spawn",
            ],
            swiftSettings: strict),
    ]
)

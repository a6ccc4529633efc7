// swift-tools-version: 6.2

import PackageDescription

/// A package of its own, so that who uses Tributary never builds it.
let package = Package(
    name: "tributary-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "tributary", path: "..", traits: ["PostgreSQL"])],
    targets: [
        .executableTarget(
            name: "runtime-bench",
            dependencies: [
                .product(name: "Tributary", package: "tributary"),
                .product(name: "TributaryRuntime", package: "tributary"),
            ],
            path: "Sources/RuntimeBench")
    ]
)

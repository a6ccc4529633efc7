// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "__package__",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "__package__", targets: ["Program"])],
    dependencies: [__tributary__],
    targets: [
        .target(
            name: "__Module__", dependencies: [.product(name: "Tributary", package: "tributary")],
            resources: [.copy("Icons")]),
        .executableTarget(
            name: "Program", dependencies: ["__Module__", .product(name: "TributaryCLI", package: "tributary")]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["__Module__", .product(name: "TributaryTesting", package: "tributary")]),
    ]
)

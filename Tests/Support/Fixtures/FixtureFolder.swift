import Foundation

/// The repository's recorded fixtures.
public enum FixtureFolder {
    /// `Fixtures` at the top of the repository.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The folder of a source's scenarios, such as `stripe`.
    public static func source(_ name: String) -> URL { root.appendingPathComponent(name) }

    /// One scenario's folder, such as `stripe/billing`.
    public static func scenario(_ id: String) -> URL { root.appendingPathComponent(id) }
}

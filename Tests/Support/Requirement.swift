import Foundation

/// What a test needs of the machine: absent in CI it fails, so that nothing is left out silently; elsewhere the test is
/// skipped and says so.
public enum Requirement {
    /// Whether CI runs us.
    public static var isCI: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// For `.enabled(if:)`: true in CI even when the thing is missing, so that the test fails there.
    public static func met(_ isThere: Bool) -> Bool { isThere || isCI }
}

import Foundation

/// What a test needs of the machine: absent in CI it fails, so that nothing is left out silently; elsewhere the test is
/// skipped and says so.
public enum Requirement {
    /// Whether CI runs us.
    public static var isCI: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// Whether tests that take many minutes in a debug build are asked for too.
    public static var isExhaustive: Bool { ProcessInfo.processInfo.environment["TRIBUTARY_EXHAUSTIVE"] == "1" }

    /// Why such a test is left out.
    public static let exhaustiveHint =
        "takes many minutes in a debug build: set TRIBUTARY_EXHAUSTIVE=1, or run tributary check of a release build"

    /// For `.enabled(if:)`: true in CI even when the thing is missing, so that the test fails there.
    public static func met(_ isThere: Bool) -> Bool { isThere || isCI }
}

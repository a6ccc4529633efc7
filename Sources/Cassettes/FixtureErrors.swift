import Tributary

extension SourceError.Kind {
    /// A file of a fixture is missing, malformed or contradicts another one.
    public static let invalidFixture = Self(rawValue: "invalid-fixture")
    /// A replayed source asked for something that was never recorded. No retry may hide it.
    public static let unmatchedRequest = Self(rawValue: "unmatched-request")
    /// A replay ended although recorded exchanges were never asked for.
    public static let unusedExchanges = Self(rawValue: "unused-exchanges")
}

extension SourceError {
    /// An error about a fixture's file.
    package static func fixture(file: String, at place: String?, _ problem: String) -> SourceError {
        SourceError(.invalidFixture, "Reading \(file)\(place.map { ", \($0)" } ?? ""): \(problem).")
    }
}

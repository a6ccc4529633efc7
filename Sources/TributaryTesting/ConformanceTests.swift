import Cassettes
import Conformance
import Foundation
import Testing
import Tributary

/// Every conformance check on every table of a package's sources, each as a test of its own.
///
/// One line in a file of the test target does it:
///
/// ```swift
/// import TributaryTesting
///
/// @c(tributary_conformance) public func conformance() { ConformanceTests.prove(HarbourSource.self) }
/// ```
///
/// `swift test` then runs `harbour / berths / read-rows-equal-model` and all the others beside the package's own tests;
/// `swift test --filter 'harbour / berths'` runs some of them, `swift test list` lists them. The fixtures are looked for
/// in the folder `Fixtures` beside or above the file, a folder for each source.
///
/// The environment says how: `TRIBUTARY_PROFILE` is `quick` (the default), `full` or `hostile`; `TRIBUTARY_SEED` is the
/// seed; in continuous integration (`CI` is set) what is not exercised fails, unless `TRIBUTARY_STRICT` is `0`.
public enum ConformanceTests {
    /// Proves sources.
    ///
    /// - Parameters:
    ///   - fixtures: the folder of the fixtures, absolute or told from the file; nil looks for it.
    ///   - isStrict: whether what is not exercised fails; nil leaves it to the environment.
    public static func prove(
        _ sources: any Source.Type..., fixtures: String? = nil, isStrict: Bool? = nil,
        fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
    ) {
        let place = SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column)
        TestBook.shared.add(
            TestPlan(sources: sources.map(erased), fixtures: fixtures, isStrict: isStrict, place: place))
    }

    /// Proves all sources of a registry.
    public static func prove(
        _ registry: SourceRegistry, fixtures: String? = nil, isStrict: Bool? = nil,
        fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
    ) {
        let place = SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column)
        TestBook.shared.add(
            TestPlan(sources: registry.sources, fixtures: fixtures, isStrict: isStrict, place: place))
    }

    private static func erased(_ source: any Source.Type) -> AnySource {
        func open<S: Source>(_ source: S.Type) -> AnySource { AnySource(source) }
        return open(source)
    }
}

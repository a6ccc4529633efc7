import SourceCatalog
import TributaryTesting

/// Every check on every table of every built-in source that has fixtures, each as a test of its own.
///
/// What is not exercised does not fail yet: scenarios of the smaller kinds have no model, so that most checks find
/// nothing in them.
@c(tributary_conformance) public func conformance() { ConformanceTests.prove(SourceRegistry.builtIn, isStrict: false) }

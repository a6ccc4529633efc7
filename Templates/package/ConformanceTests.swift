import Tributary
import TributaryTesting
import __Module__

@c(tributary_conformance) public func conformance() { ConformanceTests.prove(SourceRegistry.own) }

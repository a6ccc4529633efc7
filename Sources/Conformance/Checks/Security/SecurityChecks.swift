import Cassettes
import Columns
import Tributary

/// Group L: secrets stay where they are, and nobody else decides where the source goes.
enum SecurityChecks {
    static let all: [Check] = [
        SecretChecks.all,
        HostChecks.all,
        InjectionChecks.all,
        DocumentChecks.all,
    ].flatMap { $0 }
}

extension Scenario {
    /// The first state, where the scenario reads tables with credentials that work.
    var goodState: String? {
        let showsRefusal = manifest.covers.contains { $0.hasPrefix("errors:") || $0.hasPrefix("error:") }
        return manifest.schemas.isEmpty || showsRefusal ? nil : manifest.states.first?.name
    }
}

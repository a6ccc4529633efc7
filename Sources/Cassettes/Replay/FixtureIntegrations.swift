import Tributary

/// The OAuth accounts of a scenario.
public final class FixtureIntegrations: IntegrationStore {
    private let stored: Lock<[Int64: Integration]>

    public init(_ integrations: [Integration]) {
        stored = Lock(Dictionary(integrations.map { ($0.id, $0) }, uniquingKeysWith: { $1 }))
    }

    public func integration(id: Int64) async throws -> Integration? { stored.withLock { $0[id] } }

    public func save(_ integration: Integration) async throws { stored.withLock { $0[integration.id] = integration } }
}

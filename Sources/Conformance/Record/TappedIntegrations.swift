import Tributary

/// Remembers the OAuth accounts that a source asks for, with the tokens that they get.
final class TappedIntegrations: IntegrationStore {
    private let inner: any IntegrationStore
    private let seen = Lock<[Int64: [Integration]]>([:])

    init(_ inner: any IntegrationStore) { self.inner = inner }

    /// The accounts by number, each as it was at first and after every refresh.
    var accounts: [Int64: [Integration]] { seen.withLock { $0 } }

    func integration(id: Int64) async throws -> Integration? {
        let found = try await inner.integration(id: id)
        if let found { note(found) }
        return found
    }

    func save(_ integration: Integration) async throws {
        note(integration)
        try await inner.save(integration)
    }

    private func note(_ account: Integration) { seen.withLock { $0[account.id, default: []].append(account) } }
}

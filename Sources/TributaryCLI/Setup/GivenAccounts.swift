import Columns
import Tributary

/// A config in which access tokens may stand for OAuth accounts: nobody has to store an account to record with it.
struct GivenAccounts {
    /// The config with numbers of accounts alone.
    let value: JSONValue
    /// The accounts of the tokens, known to this process only.
    let accounts: [Integration]

    init(_ config: JSONValue, of form: SourceForm) {
        var taking = Taking()
        value = taking.taken(from: config, form.fields)
        accounts = taking.accounts
    }

    private struct Taking {
        var accounts: [Integration] = []

        mutating func taken(from config: JSONValue, _ fields: [FormField]) -> JSONValue {
            guard var object = config.object else { return config }
            for field in fields {
                guard let value = object[field.name] else { continue }
                let inner = (field.fields ?? []) + (field.options ?? []).flatMap { $0.fields ?? [] }
                object[field.name] = field.type == .oauth ? account(value, field) : taken(from: value, inner)
            }
            return .object(object)
        }

        private mutating func account(_ value: JSONValue, _ field: FormField) -> JSONValue {
            guard let text = value.string?.trimmed, !text.isEmpty, Int64(text) == nil else { return value }
            let id = Int64(accounts.count + 1)
            accounts.append(
                Integration(id: id, kind: field.kind ?? "", label: "\(field.label) \(id)", accessToken: Secret(text)))
            return .number(JSONNumber(id))
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// Accounts of this process in front of those that are stored.
struct AccountsOver: IntegrationStore {
    private let stored: any IntegrationStore
    private let accounts: [Integration]

    init(_ stored: any IntegrationStore, _ accounts: [Integration]) {
        self.stored = stored
        self.accounts = accounts
    }

    func integration(id: Int64) async throws -> Integration? {
        if let account = accounts.first(where: { $0.id == id }) { return account }
        return try await stored.integration(id: id)
    }

    func save(_ integration: Integration) async throws {
        // A token alone has nothing to be refreshed with.
        if !accounts.contains(where: { $0.id == integration.id }) { try await stored.save(integration) }
    }
}

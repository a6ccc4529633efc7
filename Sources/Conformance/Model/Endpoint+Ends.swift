import Cassettes
import Columns
import Tributary

extension ModelDeclaration.Endpoint {
    /// Whether a recorded page says that another one follows; false as well where the API says nothing of it.
    func leadsOn(_ exchange: RecordedExchange) -> Bool {
        if page.alwaysLeadsOn { return false }
        if page.style == .link {
            let name = page.header?.lowercased() ?? "link"
            let value = exchange.exchange.response.headers.first { $0.name.lowercased() == name }?.value
            return (page.header == nil ? value.flatMap { LinkHeader.target("next", in: $0) } : value)?.isEmpty == false
        }
        guard let body = try? JSONValue(parsing: exchange.body) else { return false }
        return Self.leadsOn(envelope, body)
    }

    private static func leadsOn(_ envelope: JSONValue, _ body: JSONValue) -> Bool {
        switch envelope {
        case .string("$more"): body.bool == true
        case .string("$next"), .string("$nextURL"): !body.isNull && body.string?.isEmpty != true && body.bool != false
        case .object(let members): members.members.contains { leadsOn($0.value, body[$0.name] ?? .null) }
        default: false
        }
    }
}

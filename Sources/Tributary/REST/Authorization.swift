import Columns

/// How a client shows who it is.
public struct Authorization: Sendable {
    enum Kind: Sendable {
        case none
        case header(name: String, prefix: String, Secret)
        case query(name: String, Secret)
        case basic(Secret)
        case oauth(OAuthIntegration)
        case headers([(name: String, value: Secret)])
    }

    let kind: Kind

    /// Nobody in particular.
    public static let none = Authorization(kind: .none)

    /// `Authorization: Bearer …`
    public static func bearer(_ token: Secret) -> Authorization {
        Authorization(kind: .header(name: "Authorization", prefix: "Bearer ", token))
    }

    /// A key in a header of the upstream's own, with a prefix where it wants one.
    public static func apiKey(_ key: Secret, header: String, prefix: String = "") -> Authorization {
        Authorization(kind: .header(name: header, prefix: prefix, key))
    }

    /// A key in the query. It is taken out of next links before they are kept.
    public static func apiKey(_ key: Secret, query: String) -> Authorization {
        Authorization(kind: .query(name: query, key))
    }

    /// A key in a cookie.
    public static func apiKey(_ key: Secret, cookie: String) -> Authorization {
        Authorization(kind: .header(name: "Cookie", prefix: "\(cookie)=", key))
    }

    /// User and password (RFC 7617).
    public static func basic(_ user: String, _ password: Secret) -> Authorization {
        Authorization(kind: .basic(Secret(Base64.encode(Array("\(user):\(password.revealed)".utf8)))))
    }

    /// An OAuth account. The token is asked for at each request, refreshed when it has expired, and once more when the
    /// upstream refuses it in mid-run.
    public static func oauth(_ integration: OAuthIntegration) -> Authorization {
        Authorization(kind: .oauth(integration))
    }

    /// Several secret headers.
    public static func headers(_ fields: [(name: String, value: Secret)]) -> Authorization {
        Authorization(kind: .headers(fields))
    }

    /// What a ``Redactor`` has to know.
    var secrets: [Secret] {
        switch kind {
        case .none, .oauth: []
        case .header(_, _, let secret), .query(_, let secret), .basic(let secret): [secret]
        case .headers(let fields): fields.map(\.value)
        }
    }

    /// Parameters of a query that hold a secret.
    var secretParameters: Set<String> { if case .query(let name, _) = kind { [name] } else { [] } }

    /// Adds what shows who the client is. An OAuth token is handed in.
    func apply(to request: inout HTTPRequest, token: Secret?) {
        switch kind {
        case .none: break
        case .header(let name, let prefix, let secret): request.headers.set(name, prefix: prefix, secret: secret)
        case .query(let name, let secret): request.query.append(QueryItem(name, secret: secret))
        case .basic(let secret): request.headers.set("Authorization", prefix: "Basic ", secret: secret)
        case .oauth:
            if let token { request.headers.set("Authorization", prefix: "Bearer ", secret: token) }
        case .headers(let fields):
            for field in fields { request.headers.set(field.name, secret: field.value) }
        }
    }
}

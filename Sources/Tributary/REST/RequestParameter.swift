import Columns

/// Where a value goes in a request: a parameter of the query (a plain text says that), or a place in the JSON body.
public enum RequestParameter: Hashable, Sendable, ExpressibleByStringLiteral {
    case query(String)
    /// The names of members, one inside the other, such as `.body("page.after")`.
    case body(String)

    public init(stringLiteral value: String) { self = .query(value) }

    /// The parameter's name, or the place in the body.
    public var name: String {
        switch self {
        case .query(let name), .body(let name): name
        }
    }
}

/// How many rows a page is asked to have.
public struct PageSize: Hashable, Sendable {
    /// Where the number goes.
    public var parameter: RequestParameter
    /// Rows of a page.
    public var rows: Int

    /// A number of rows, and where it goes.
    public init(_ parameter: RequestParameter, _ rows: Int) {
        self.parameter = parameter
        self.rows = rows
    }
}

/// A request of the REST layer, before authorization: relative to the client's base URL.
public struct RESTRequest: Sendable {
    /// GET, or POST for a search.
    public var method: HTTPMethod
    /// A path under the base URL, or an absolute URL of the same origin.
    public var path: String
    /// Parameters, in order, not yet percent-encoded.
    public var query: [QueryItem]
    /// Fields over those of the client.
    public var headers: HTTPHeaders
    /// The JSON body; nil sends none.
    public var body: JSONObject?
    /// What a reader of its own says of the page that it asks for, so that it can be recorded in small pages and cut; lists
    /// of endpoints say it by themselves. It is neither sent nor compared.
    public var page: PageHint?

    /// A request; its path is taken under the client's base URL.
    public init(
        _ method: HTTPMethod = .get, _ path: String, query: [QueryItem] = [], headers: HTTPHeaders = HTTPHeaders(),
        body: JSONObject? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Puts a value where the parameter says, over what is there.
    public mutating func set(_ parameter: RequestParameter, _ value: JSONValue) {
        switch parameter {
        case .query(let name):
            query.removeAll { $0.name == name }
            query.append(QueryItem(name, Self.text(value)))
        case .body(let path):
            let names = path.split(separator: ".").map(String.init)
            body = Self.placing(value, at: names[...], in: body ?? JSONObject())
        }
    }

    /// Follows a full URL, which holds every parameter of the query already.
    public mutating func follow(_ url: String) {
        path = url
        query = []
    }

    static func text(_ value: JSONValue) -> String { String.read(value) ?? value.bool.map { "\($0)" } ?? value.text }

    private static func placing(_ value: JSONValue, at names: ArraySlice<String>, in object: JSONObject) -> JSONObject {
        guard let name = names.first else { return object }
        var object = object
        let rest = names.dropFirst()
        object[name] =
            rest.isEmpty ? value : .object(placing(value, at: rest, in: object[name]?.object ?? JSONObject()))
        return object
    }
}

import Columns

/// The methods that sources use.
public enum HTTPMethod: String, Hashable, Sendable, Codable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// Header fields in order; names are compared without regard to case. A secret value is kept as one.
public struct HTTPHeaders: Sendable, Hashable {
    /// The value of a field.
    public enum Value: Sendable, Hashable {
        case plain(String)
        /// Sent after a prefix such as `Bearer `; shown as `•••`.
        case secret(prefix: String, Secret)
    }

    public private(set) var fields: [(name: String, value: Value)] = []

    public init() {}
    public init(_ fields: [(String, String)]) { for (name, value) in fields { add(name, value) } }

    /// The first plain value of the field; nil when it is absent or secret.
    public subscript(name: String) -> String? {
        get {
            for field in fields where field.name.lowercased() == name.lowercased() {
                if case .plain(let value) = field.value { return value }
            }
            return nil
        }
        set {
            remove(name)
            if let newValue { add(name, newValue) }
        }
    }

    public mutating func add(_ name: String, _ value: String) { fields.append((name, .plain(value))) }

    /// Sets a field whose value must not be printed.
    public mutating func set(_ name: String, prefix: String = "", secret: Secret) {
        remove(name)
        fields.append((name, .secret(prefix: prefix, secret)))
    }

    public mutating func remove(_ name: String) {
        fields.removeAll { $0.name.lowercased() == name.lowercased() }
    }

    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.fields.elementsEqual(rhs.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) { for field in fields { hasher.combine(field.name) } }
}

/// One parameter of a query string.
public struct QueryItem: Hashable, Sendable {
    public var name: String
    public var value: HTTPHeaders.Value

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = .plain(value)
    }

    public init(_ name: String, secret: Secret) {
        self.name = name
        value = .secret(prefix: "", secret)
    }
}

/// A request as a source makes it.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    /// An absolute http or https URL; `query` is appended to whatever query it has.
    public var url: String
    public var query: [QueryItem]
    public var headers: HTTPHeaders
    public var body: [UInt8]?
    public var options: Options

    /// What the transport may do for this request.
    public struct Options: Sendable, Hashable {
        /// Whether sending it twice is harmless. GET, HEAD, PUT and DELETE are (RFC 9110, section 9.2.2); a search by POST
        /// may be declared so.
        public var isIdempotent: Bool?
        public var followsRedirects = true
        /// Without any byte for so long, the request fails.
        public var idleTimeout: Duration = .seconds(60)
        /// The greatest body, after inflation.
        public var maxBodyBytes = 256 << 20
        /// Statuses the caller wants to see unretried, besides those that are never retried.
        public var unretriedStatuses: Set<Int> = []

        public init() {}
    }

    public init(
        _ method: HTTPMethod = .get, _ url: String, query: [QueryItem] = [], headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8]? = nil, options: Options = Options()
    ) {
        self.method = method
        self.url = url
        self.query = query
        self.headers = headers
        self.body = body
        self.options = options
    }
}

/// The answer to a request; its body is still on the way.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    /// The URL that answered, after redirects.
    public var url: String
    public var body: HTTPBody
    /// How often the request was sent until this answer came; more than one when a layer below has retried, so that an
    /// outer loop does not retry again.
    public var attempts = 1

    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), url: String, body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.url = url
        self.body = body
    }
}

/// The bytes of an answer, pulled chunk by chunk: whoever does not ask gets nothing, and the peer has to wait.
public struct HTTPBody: Sendable {
    private let next: @Sendable () async throws -> [UInt8]?

    /// Makes a body that calls `next` for each chunk until it gives nil.
    public init(_ next: @escaping @Sendable () async throws -> [UInt8]?) { self.next = next }

    /// Makes a body of bytes at hand.
    public init(_ bytes: [UInt8]) {
        let rest = Lock<[UInt8]?>(bytes)
        next = {
            rest.withLock { state in
                defer { state = nil }
                return state.flatMap { $0.isEmpty ? nil : $0 }
            }
        }
    }

    /// The next chunk; nil at the end.
    public func chunk() async throws -> [UInt8]? { try await next() }

    /// The whole body. The transport has already limited it to `maxBodyBytes`.
    public func collect() async throws -> [UInt8] {
        guard var bytes = try await next() else { return [] }
        while let chunk = try await next() { bytes.append(contentsOf: chunk) }
        return bytes
    }
}

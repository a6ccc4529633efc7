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

    /// In the order in which they were added; a name may come several times.
    public private(set) var fields: [(name: String, value: Value)] = []

    /// No fields.
    public init() {}
    /// Plain fields in order.
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

    /// Adds a plain field behind those of the same name.
    public mutating func add(_ name: String, _ value: String) { fields.append((name, .plain(value))) }

    /// Sets a field whose value must not be printed.
    public mutating func set(_ name: String, prefix: String = "", secret: Secret) {
        remove(name)
        fields.append((name, .secret(prefix: prefix, secret)))
    }

    /// Removes every field of the name.
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
    /// Not yet percent-encoded.
    public var name: String
    /// Not yet percent-encoded; a secret stays one until it is sent.
    public var value: HTTPHeaders.Value

    /// A plain parameter.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = .plain(value)
    }

    /// A parameter that must not be printed.
    public init(_ name: String, secret: Secret) {
        self.name = name
        value = .secret(prefix: "", secret)
    }
}

/// A request as a source makes it.
public struct HTTPRequest: Sendable {
    /// GET unless said otherwise.
    public var method: HTTPMethod
    /// An absolute http or https URL; `query` is appended to whatever query it has.
    public var url: String
    /// Parameters, in order.
    public var query: [QueryItem]
    /// Fields of the request; the transport adds those of its own, such as Host.
    public var headers: HTTPHeaders
    /// The body as it is sent; nil sends none.
    public var body: [UInt8]?
    /// What the transport may do for this request.
    public var options: Options
    /// What the source says of the page that it asks for; nil where it is none of a list.
    public var page: PageHint?

    /// What the transport may do for this request.
    public struct Options: Sendable, Hashable {
        /// Whether sending it twice is harmless. GET, HEAD, PUT and DELETE are (RFC 9110, section 9.2.2); a search by POST
        /// may be declared so.
        public var isIdempotent: Bool?
        /// Whether redirects are followed. Credentials never go to another origin.
        public var followsRedirects = true
        /// Without any byte for so long, the request fails.
        public var idleTimeout: Duration = .seconds(60)
        /// The greatest body, after inflation.
        public var maxBodyBytes = 256 << 20
        /// Statuses the caller wants to see unretried, besides those that are never retried.
        public var unretriedStatuses: Set<Int> = []

        public init() {}
    }

    /// - Parameters:
    ///   - url: an absolute http or https URL.
    ///   - query: appended to whatever query the URL has.
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
    /// The status of the last answer, after redirects.
    public var status: Int
    /// Fields of the answer.
    public var headers: HTTPHeaders
    /// The URL that answered, after redirects.
    public var url: String
    /// The body, to be pulled.
    public var body: HTTPBody
    /// How often the request was sent until this answer came; more than one when a layer below has retried, so that an
    /// outer loop does not retry again.
    public var attempts = 1

    /// An answer.
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

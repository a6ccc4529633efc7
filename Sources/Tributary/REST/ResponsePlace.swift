/// Where an answer says something of its list: a path of the body (a plain text says that), or a header field.
public enum ResponsePlace: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The names of members, one inside the other, such as `.body("meta.total")`.
    case body(String)
    /// A header field of its own, such as `.header("X-Total-Count")`.
    case header(String)

    public init(stringLiteral value: String) { self = .body(value) }

    /// The path in the body; nil for a header.
    public var path: String? { if case .body(let path) = self { path } else { nil } }

    /// Whether it is the header field of this name, in capitals or not.
    public func isHeader(_ name: String) -> Bool {
        if case .header(let own) = self { own.lowercased() == name.lowercased() } else { false }
    }
}

extension ResponsePlace: CustomStringConvertible {
    /// As messages name it.
    public var description: String {
        switch self {
        case .body(let path): path
        case .header(let name): "the header \(name)"
        }
    }
}

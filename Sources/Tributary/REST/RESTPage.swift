import Columns

/// Bytes of JSON of which a few values are wanted; each walk over the bytes is made once.
final class JSONDocument: Sendable {
    let page: JSONPage
    private let known = Lock<[String: JSONValue?]>([:])

    init(_ bytes: [UInt8]) { page = JSONPage(bytes) }

    var bytes: [UInt8] { page.bytes }

    /// Finds several values in one walk, for later questions.
    func find(_ paths: [String]) throws(JSONError) {
        if paths.isEmpty { return }
        let values = try page.values(at: paths)
        known.withLock { known in for (path, value) in zip(paths, values) { known[path] = .some(value) } }
    }

    /// Finds several values in one walk, and whether there is anything at one more path.
    func find(_ paths: [String], probing probe: String) throws(JSONError) -> Bool {
        let (values, isThere) = try page.values(at: paths, probing: probe)
        known.withLock { known in for (path, value) in zip(paths, values) { known[path] = .some(value) } }
        return isThere
    }

    /// The value at a path; nil when it is not there, or the bytes are no JSON.
    func value(_ path: String) -> JSONValue? {
        if let found = known.withLock({ $0[path] }) { return found }
        try? find([path])
        return known.withLock { $0[path] } ?? nil
    }
}

/// An answer before anybody has judged it.
struct RESTAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let url: String
    let document: JSONDocument

    var text: String { String(decoding: document.bytes, as: UTF8.self) }
    func value(_ path: String) -> JSONValue? { document.value(path) }
}

/// One page of a list, as it came.
public struct RESTPage: Sendable {
    /// Between 200 and 299.
    public let status: Int
    /// Fields of the answer.
    public let headers: HTTPHeaders
    /// The URL that answered.
    public let url: String
    /// The path of the rows; empty when the page is the array.
    public let selector: String
    /// Whether the page has no rows.
    public let isEmpty: Bool
    private let document: JSONDocument
    private let finishLink: @Sendable (String, String) throws -> String

    init(
        _ answer: RESTAnswer, selector: String, isEmpty: Bool,
        finishLink: @escaping @Sendable (_ reference: String, _ base: String) throws -> String
    ) {
        status = answer.status
        headers = answer.headers
        url = answer.url
        document = answer.document
        self.selector = selector
        self.isEmpty = isEmpty
        self.finishLink = finishLink
    }

    /// The body as it came.
    public var bytes: [UInt8] { document.bytes }

    /// The number of rows on the page. Costs a walk over its bytes.
    public var rowCount: Int {
        if isEmpty { return 0 }
        return (try? document.page.count(at: selector)) ?? 1
    }

    /// The value at a path of the body, such as `meta.next`; nil when it is not there. Costs a walk over the bytes.
    public func value(_ path: String) -> JSONValue? { document.value(path) }

    /// The rows, parsed: for parents of a fan-out and for lists of tables, not for the data path.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` when the body is broken, or a row is no object: a list that cannot be
    ///   read is not an empty one.
    public var rows: [Row] {
        get throws {
            if isEmpty { return [] }
            let found: JSONValue?
            do { found = try document.page.value(at: selector) } catch {
                throw RESTErrors.notJSON(error, reading: nil)
            }
            if let row = found?.object { return [row] }
            return try (found?.array ?? []).map { row in
                if let object = row.object { return object }
                throw SourceError(
                    .unexpectedAnswer,
                    "Reading a page: each row at '\(selector)' should be an object, and one is \(row.kind).",
                    advice: "The upstream may have changed its answers; compare them with its documentation.")
            }
        }
    }

    /// The path of a field of the last row.
    static func lastRow(_ field: String, of selector: String) -> String { "\(selector)[-1].\(field)" }

    /// The value at a place of the answer, that of a header as text; nil when it is not there.
    public func value(_ place: ResponsePlace) -> JSONValue? {
        switch place {
        case .body(let path): value(path)
        case .header(let name): headers[name].map { .string($0) }
        }
    }

    /// A declared truth value of the answer.
    func flag(_ place: ResponsePlace) throws -> Bool {
        guard let value = value(place).flatMap({ Bool.read($0) }) else {
            throw missing(place, "where it must say whether more follows")
        }
        return value
    }

    /// A declared number of the answer.
    func number(_ place: ResponsePlace) throws -> Int64 {
        guard let value = value(place).flatMap({ Int.read($0) }) else {
            throw missing(place, "where it must give a number")
        }
        return Int64(value)
    }

    /// The error for a place of the answer that does not hold what the paginator was told.
    func missing(_ place: ResponsePlace, _ reason: String) -> SourceError {
        let there =
            switch place {
            case .body: RESTErrors.keys(of: document)
            case .header: "; its header fields are: \(headers.fields.map(\.name).joined(separator: ", "))"
            }
        return SourceError(
            .unexpectedAnswer,
            "Reading a page: the answer has nothing usable at '\(place)', \(reason)\(there).",
            advice: "Compare the paginator of the endpoint with the upstream's documentation.")
    }

    /// The error for a page without rows before the stated total is reached.
    func short(of total: Int64, at position: Int64, _ place: ResponsePlace) -> SourceError {
        SourceError(
            .unexpectedAnswer,
            "Reading a page: it has no rows after \(position), and '\(place)' says that there are \(total).",
            advice: "If the upstream's total is an estimate, leave it out of the paginator.",
            recovery: .retry(after: nil))
    }

    func beyond(_ maximum: Int, at position: Int64) -> SourceError {
        SourceError(
            .unexpectedAnswer,
            "Reading a page: \(position) rows were read, more follow, and the upstream takes no offset beyond \(maximum).",
            advice:
                "Read the list in parts that are shorter, by a bound in time or a filter: the rest would be missing.")
    }

    /// A link of the page as an absolute URL of the client's origin, without secrets: the position of a paginator of the
    /// author's own.
    ///
    /// - Throws: `SourceError` when it leads to another origin, or is no URL.
    public func link(_ reference: String) throws -> String { try finishLink(reference, url) }
}

extension JSONObject {
    /// The text of a member; a number counts as its spelling.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` that names the member and those that are there.
    public func string(_ name: String) throws -> String {
        if let text = self[name].flatMap({ String.read($0) }) { return text }
        throw unusable(name, "a text")
    }

    /// The whole number of a member.
    public func int(_ name: String) throws -> Int64 {
        if let number = self[name]?.int64 { return number }
        throw unusable(name, "a whole number")
    }

    private func unusable(_ name: String, _ wanted: String) -> SourceError {
        let came =
            self[name].map { "holds \($0.kind)" }
            ?? "is missing; there are: \(names.prefix(20).joined(separator: ", "))"
        return SourceError(.unexpectedAnswer, "Reading a row: '\(name)' should be \(wanted) and \(came).")
    }
}

import Columns
import Tributary

/// One ordered log of all that can be seen of a run: on it, order is judged.
public final class EventLog: Sendable {
    /// What happened.
    public enum Event: Sendable {
        /// A request as the wire sees it, below every retry; `attempt` counts from 0 over the whole run.
        case request(LoggedRequest)
        case response(index: Int, status: Int)
        case requestFailed(index: Int, String)
        /// A statement sent to a database.
        case statement(SQLStatement)
        /// The source handed an item over; `token` is the position it gave with it. Nobody has counted the rows of a page yet.
        case emitted(rows: Int?, bytes: Int, token: ResumeToken?)
        /// The pipeline took the item: its rows may be in the buffer, not yet in the lake.
        case taken
        /// The pipeline cut a batch; `bytes` is what came from the source for it.
        case batch(rows: Int, bytes: Int)
        /// A commit reached the lake.
        case committed(version: Int64, rows: Int, watermark: Watermark, token: String?)
        /// The run waited on its clock before the request that follows.
        case waited(Duration)
        case log(String)
        case ended(String)
    }

    private struct Record {
        var events: [Event] = []
        /// How many of them are requests: asked at each one, so that it is counted and not searched for.
        var requests = 0
        /// How long the run had waited on its clock when it sent the last of them.
        var waited = Duration.zero
    }

    private let record = Lock(Record())
    /// What was asked of databases, and what is open there.
    public let databases = DatabaseLedger()

    public init() {}

    public func append(_ event: Event) {
        record.withLock { record in
            if case .request = event { record.requests += 1 }
            record.events.append(event)
        }
    }

    /// Logs a request of a run under the next number, which it returns, and the wait before it.
    ///
    /// - Parameter waited: how long the run has waited so far.
    func append(_ request: HTTPRequest, run: Int, waited: Duration) -> Int {
        record.withLock { record in
            if waited > record.waited { record.events.append(.waited(waited - record.waited)) }
            record.waited = waited
            let index = record.requests
            record.requests += 1
            record.events.append(.request(LoggedRequest(index: index, request: request, run: run)))
            return index
        }
    }

    public var all: [Event] { record.withLock { $0.events } }

    /// Requests in order.
    public var requests: [LoggedRequest] {
        all.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    /// How many requests were sent until the first batch with rows was cut; all of them where none was.
    ///
    /// What was handed over would tell less: an item that is an answer's text has rows that nobody has counted yet.
    var requestsBeforeFirstRow: Int {
        var count = 0
        for event in all {
            if case .request = event { count += 1 }
            if case .batch(let rows, _) = event, rows > 0 { break }
        }
        return count
    }

    /// How many items the source handed over.
    var emittedItems: Int { all.count { if case .emitted = $0 { true } else { false } } }

    public var statements: [String] {
        all.compactMap { if case .statement(let statement) = $0 { LoggedStatement.text(statement) } else { nil } }
    }

    /// The log for a person, one line an event; the last `limit` of them.
    public func lines(last limit: Int = 40) -> [String] { all.suffix(limit).map(\.description) }
}

/// A request as it was sent, with secrets masked in every text form.
public struct LoggedRequest: Sendable, CustomStringConvertible {
    public var index: Int
    public var request: HTTPRequest
    /// Which run of the case sent it, from 0.
    public var run = 0

    public var description: String {
        let query = request.query.map { "\($0.name)=\(Self.text($0.value))" }.joined(separator: "&")
        let separator = query.isEmpty ? "" : (request.url.contains("?") ? "&" : "?")
        return "\(request.method.rawValue) \(request.url)\(separator)\(query)"
    }

    /// The body behind a blank, by which requests of one URL are told apart; empty where none was sent.
    var bodyText: String { request.body.map { " " + String(decoding: $0, as: UTF8.self) } ?? "" }

    static func text(_ value: HTTPHeaders.Value) -> String {
        switch value {
        case .plain(let text): text
        case .secret(let prefix, _): prefix + Secret.mask
        }
    }
}

extension EventLog.Event: CustomStringConvertible {
    public var description: String {
        switch self {
        case .request(let request): "request \(request.index)  \(request)"
        case .response(let index, let status): "answer \(index)   \(status)"
        case .requestFailed(let index, let text): "answer \(index)   none: \(text)"
        case .statement(let statement): "statement  \(LoggedStatement.text(statement))"
        case .emitted(let rows, let bytes, let token):
            "emitted    \(rows?.counted("row") ?? "a page of \(bytes) bytes")"
                + (token.map { ", position \($0.value.text)" } ?? "")
        case .taken: "taken"
        case .batch(let rows, let bytes): "batch      \(rows.counted("row")), \(bytes) bytes"
        case .committed(let version, let rows, let watermark, let token):
            "committed  version \(version), \(rows.counted("row")), last \(watermark.last?.storedText ?? "none"), earliest "
                + "\(watermark.earliest?.storedText ?? "none")" + (token.map { ", position \($0)" } ?? "")
        case .waited(let duration): "waited     \(duration)"
        case .log(let text): "log        \(text)"
        case .ended(let text): "ended      \(text)"
        }
    }
}

import Columns
import Tributary

/// Keeps each exchange that goes through, below the retries, so that refused attempts are recorded too.
///
/// Bodies are copied while they flow, up to a limit; redirects are followed here, so that each hop is an exchange of its
/// own. What is kept stays in memory.
public final class RecordingHTTPClient: HTTPClient {
    private struct State {
        var exchanges: [CapturedExchange] = []
        var lane = CapturedExchange.Lane()
        var bytes = 0
        var pageSize: Int?
        var trim: PageTrim
    }

    private let inner: any HTTPClient
    private let maxBytes: Int
    private let state: Lock<State>

    /// A client that records what `inner` answers.
    ///
    /// - Parameters:
    ///   - pageSize: the greatest page that is asked for on the wire: a source that asks for 100 rows gets as many, as from
    ///     an upstream that gives no more. Small pages show real cursors in small fixtures.
    ///   - maxPages: pages that are kept of one list, and `maxRows` rows; nil keeps all. The last one that is kept says
    ///     that nothing follows.
    ///   - maxBytes: the limit of all bodies together; a fixture is kilobytes.
    public init(
        _ inner: any HTTPClient, pageSize: Int? = nil, maxPages: Int? = nil, maxRows: Int? = nil,
        maxBytes: Int = 256 << 20
    ) {
        self.inner = inner
        self.maxBytes = maxBytes
        state = Lock(State(pageSize: pageSize, trim: PageTrim(.init(pages: maxPages, rows: maxRows))))
    }

    /// Everything that was recorded, in order.
    public var exchanges: [CapturedExchange] { state.withLock { $0.exchanges } }

    /// Says for whom the requests from now on are.
    public func enter(_ lane: CapturedExchange.Lane) { state.withLock { $0.lane = lane } }

    /// Asks for pages of another size from now on; nil leaves it to the source.
    public func limitPages(to size: Int?) { state.withLock { $0.pageSize = size } }

    /// Lets a table seem to have no other rows from now on than those that were recorded in a lane: where a list was cut,
    /// what lies behind the cut would come as news.
    public func keepOnlyRows(of lane: CapturedExchange.Lane) {
        guard let schema = lane.schema else { return }
        let rows = rows(of: lane)
        state.withLock { $0.trim.keepOnly(rows, in: schema) }
    }

    /// The rows that were recorded in a lane, each in one spelling.
    public func rows(of lane: CapturedExchange.Lane) -> Set<[UInt8]> {
        Set(
            exchanges.filter { $0.lane == lane }.flatMap { exchange in
                RawJSON(exchange.body).map { RowList.rows(of: $0, exchange.page) } ?? []
            })
    }

    /// Where the answers of a table hold the most objects, and how many; nil where none holds any.
    public func longestList(of schema: String) -> (path: String, count: Int)? {
        exchanges.filter { $0.lane.schema == schema && $0.status == 200 }
            .compactMap { RawJSON($0.body).flatMap { RowList.find(in: $0) } }.max { $0.count < $1.count }
            .map { ($0.path.joined(separator: "."), $0.count) }
    }

    /// What stands beside the rows in the first page of a lane, by names: there a paginator finds the next page.
    public func membersBesideRows(of lane: CapturedExchange.Lane) -> [String] {
        for exchange in exchanges where exchange.lane == lane && exchange.status == 200 {
            guard let body = RawJSON(exchange.body), let list = RowList.find(in: body, exchange.page),
                case .object(let members) = body
            else { continue }
            return members.map(\.name).filter { list.path.first != $0 }
        }
        return []
    }

    /// Forgets what was recorded of a lane.
    public func discard(_ lane: CapturedExchange.Lane) {
        state.withLock { state in
            state.exchanges.removeAll { $0.lane == lane }
            state.trim.forget(lane)
        }
    }

    /// Whether some list of a lane was left after one page that has as many rows as the recorder let it have, while the
    /// source had asked for more.
    public func endsOnFullPage(_ lane: CapturedExchange.Lane, of size: Int) -> Bool {
        let pages = exchanges.filter { $0.lane == lane && $0.status == 200 }
        let lists = Dictionary(grouping: pages, by: \.list)
        return lists.values.contains { pages in
            guard pages.count == 1, let page = pages.first, page.trimmed == nil, let body = RawJSON(page.body),
                let list = RowList.find(in: body, page.page), !EndMarkers.saysLast(body, rows: list.path)
            else { return false }
            let asked = PageSizeParameter.asked(page.url, body: page.requestBody, declared: page.page?.size)
            return asked.map { $0 > size } ?? false && list.count == size
        }
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var hop = request
        for _ in 0...10 {
            let response = try await exchange(hop)
            guard request.options.followsRedirects, let next = Redirect(response, to: hop)?.request else {
                return response
            }
            _ = try await response.body.collect()
            hop = next
        }
        throw SourceError(
            .unexpectedAnswer,
            "Recording \(request.method.rawValue) \(request.shownURL): more than 10 redirects, one after another.")
    }

    private func exchange(_ request: HTTPRequest) async throws -> HTTPResponse {
        let size = state.withLock { $0.pageSize }
        var sent = PageSizeParameter.limited(request, to: size)
        sent.options.followsRedirects = false
        let index = open(request)
        do {
            var response = try await inner.send(sent)
            if response.status == 200, let links = RestoredLinks(request, limitedTo: size) {
                try await restore(links, &response)
            }
            let headers = response.headers.fields.map(Self.field)
            let status = response.status
            update(index) { exchange in
                exchange.status = status
                exchange.responseHeaders = headers
            }
            response.body = tee(response.body, index)
            if isTrimmed, status == 200 { try await trim(&response, index) }
            return response
        } catch let error as SourceError {
            update(index) { exchange in
                exchange.failure = .init(code: error.kind.rawValue, message: error.message)
                exchange.isPartial = false
            }
            throw error
        }
    }

    private func restore(_ links: RestoredLinks, _ response: inout HTTPResponse) async throws {
        let plain = response.headers.fields.compactMap { field -> (String, String)? in
            if case .plain(let value) = field.value { (field.name, links.header(value)) } else { nil }
        }
        // What an answer brings is never marked as secret by its field.
        if plain.count == response.headers.fields.count { response.headers = HTTPHeaders(plain) }
        let body = try await response.body.collect()
        let other = links.body(body)
        if other != nil { response.headers.remove("content-length") }
        response.body = HTTPBody(other ?? body)
    }

    private var isTrimmed: Bool { state.withLock { !$0.trim.isIdle } }

    /// Lets the page be the last of its list, when enough of that was recorded.
    private func trim(_ response: inout HTTPResponse, _ index: Int) async throws {
        let body = try await response.body.collect()
        response.body = HTTPBody(body)
        let hint = state.withLock { $0.exchanges[index].page }
        let leading = PageTrim.leading(response.headers, hint: hint)
        let stated = response.headers
        let outcome = state.withLock { state in
            let exchange = state.exchanges[index]
            return state.trim.page(exchange, body: body, leading: leading, headers: stated)
        }
        guard let outcome else { return }
        response.body = HTTPBody(outcome.body)
        response.headers.remove("content-length")
        PageTrim.ended(&response.headers, leading)
        for field in stated.fields {
            guard case .plain(let value) = field.value, let other = outcome.counters.lowered(field.name, value) else {
                continue
            }
            response.headers[field.name] = other
        }
        let headers = response.headers.fields.map(Self.field)
        update(index) { exchange in
            exchange.body = outcome.body
            exchange.responseHeaders = headers
            exchange.trimmed = outcome.note
        }
    }

    private func open(_ request: HTTPRequest) -> Int {
        let exchange = CapturedExchange(
            lane: .init(), method: request.method.rawValue, url: RequestKey.url(of: request),
            secretParameters: Set(
                request.query.compactMap { if case .secret = $0.value { $0.name } else { nil } }),
            requestHeaders: request.headers.fields.map(Self.field), requestBody: request.body ?? [], status: 0,
            responseHeaders: [], body: [], failure: nil, isPartial: true)
        return state.withLock { state in
            var exchange = exchange
            exchange.lane = state.lane
            exchange.page = request.page
            state.exchanges.append(exchange)
            return state.exchanges.count - 1
        }
    }

    private func update(_ index: Int, _ change: (inout CapturedExchange) -> Void) {
        state.withLock { change(&$0.exchanges[index]) }
    }

    private func tee(_ body: HTTPBody, _ index: Int) -> HTTPBody {
        HTTPBody { [self] in
            guard let chunk = try await body.chunk() else {
                update(index) { $0.isPartial = false }
                return nil
            }
            let isTooMuch = state.withLock { state in
                state.bytes += chunk.count
                if state.bytes <= maxBytes { state.exchanges[index].body += chunk }
                return state.bytes > maxBytes
            }
            guard !isTooMuch else {
                throw SourceError(
                    .limitExceeded, "Recording: more than \(maxBytes >> 20) MiB of answers came.",
                    advice: "Record fewer tables, or smaller pages: --table, --page-size.")
            }
            return chunk
        }
    }

    private static func field(_ field: (name: String, value: HTTPHeaders.Value)) -> CapturedExchange.Field {
        switch field.value {
        case .plain(let text): .init(name: field.name, value: text, isSecret: false)
        case .secret(let prefix, let secret):
            .init(name: field.name, value: prefix + secret.revealed, isSecret: true)
        }
    }
}

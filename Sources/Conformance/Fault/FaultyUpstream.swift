import Cassettes
import Columns
import Foundation
import Tributary

/// An upstream whose answers are spoilt on the wire.
struct FaultyUpstream: Upstream {
    let base: any Upstream
    let fault: WireFault
    /// What the wire saw, with its moments.
    var journal = WireJournal()

    var name: String { "\(base.name), with \(fault.what)" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map {
            FaultyClient(base: $0, fault: fault, clock: clock, journal: journal)
        }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }
}

/// What a wire saw, request by request, with the moments of the fake clock.
final class WireJournal: Sendable {
    struct Entry: Sendable {
        var request: HTTPRequest
        /// Microseconds since 1970, when it was sent.
        var sentAt: Int64
        /// When its answer, or its failure, was handed back.
        var answeredAt: Int64?
        /// The status of the answer; nil for a failure of the transport.
        var status: Int?
        /// Bytes of the body that were taken from the wire.
        var bytesTaken = 0
        /// Two sendings of one request have the same.
        var key: String { WireJournal.key(request) }
    }

    private let state = Lock<[Entry]>([])

    var entries: [Entry] { state.withLock { $0 } }

    /// Notes a request and gives its number in the run.
    func begin(_ request: HTTPRequest, at moment: Int64) -> Int {
        state.withLock { entries in
            entries.append(Entry(request: request, sentAt: moment))
            return entries.count - 1
        }
    }

    func end(_ index: Int, status: Int?, at moment: Int64) {
        state.withLock { entries in
            entries[index].status = status
            entries[index].answeredAt = moment
        }
    }

    func took(_ bytes: Int, of index: Int) { state.withLock { $0[index].bytesTaken += bytes } }

    /// Sendings of the request that was sent at an index, from there on.
    func sendings(ofRequestAt index: Int) -> [Entry] {
        let all = entries
        guard all.indices.contains(index) else { return [] }
        return all[index...].filter { $0.key == all[index].key }
    }

    static func key(_ request: HTTPRequest) -> String {
        let query = request.query.map { "\($0.name)=\(LoggedRequest.text($0.value))" }.joined(separator: "&")
        let body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return "\(request.method.rawValue) \(request.url) \(query) \(body)"
    }
}

/// Strikes the answers of a client.
final class FaultyClient: HTTPClient {
    private struct State: Sendable {
        /// Good answers that were spoilt: the upstream gives them again when it is asked again.
        var kept: [String: (HTTPResponse, [UInt8])] = [:]
        /// Addresses that a redirect of the fault's own leads to: what to ask instead, and how many have led there.
        var aliases: [String: (HTTPRequest, Int)] = [:]
    }

    private let base: any HTTPClient
    private let fault: WireFault
    private let clock: LabClock
    private let journal: WireJournal
    private let state = Lock(State())
    /// What the journal held when this run began: requests are counted from 0 in each run.
    private let first: Int

    init(base: any HTTPClient, fault: WireFault, clock: LabClock, journal: WireJournal) {
        self.base = base
        self.fault = fault
        self.clock = clock
        self.journal = journal
        first = journal.entries.count
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let alias = state.withLock { $0.aliases[request.url] }
        let asked = alias?.0 ?? request
        let hop = alias?.1 ?? 0
        let number = journal.begin(request, at: clock.now)
        let isStruck = hop > 0 || fault.strikes(number - first)
        do {
            var response =
                isStruck ? try await fault.strike(struck(asked, number, hop)) : try await answer(asked, keeping: false)
            journal.end(number, status: response.status, at: clock.now)
            response.body = counted(response.body, number)
            return response
        } catch {
            journal.end(number, status: nil, at: clock.now)
            throw error
        }
    }

    private func struck(_ request: HTTPRequest, _ index: Int, _ hop: Int) -> StruckExchange {
        StruckExchange(
            request: request, index: index, hop: hop, clock: clock,
            answer: { try await self.answer(request, keeping: true) },
            redirect: { target in
                self.state.withLock { $0.aliases[target] = (request, hop + 1) }
                return target
            })
    }

    private func answer(_ request: HTTPRequest, keeping: Bool) async throws -> HTTPResponse {
        let key = WireJournal.key(request)
        var (response, bytes): (HTTPResponse, [UInt8])
        if let kept = state.withLock({ $0.kept[key] }) {
            (response, bytes) = kept
        } else {
            response = try await base.send(Foreign.home(request))
            bytes = try await response.body.collect()
        }
        state.withLock { $0.kept[key] = keeping ? (response, bytes) : nil }
        response.body = HTTPBody(bytes)
        return response
    }

    private func counted(_ body: HTTPBody, _ entry: Int) -> HTTPBody {
        HTTPBody { [journal] in
            let chunk = try await body.chunk()
            if let chunk { journal.took(chunk.count, of: entry) }
            return chunk
        }
    }
}

/// A host that no upstream names: whatever is sent there has gone to a stranger.
enum Foreign {
    static let host = "stranger.elsewhere.example"

    /// The request as the upstream itself would get it, where it was sent to the stranger.
    static func home(_ request: HTTPRequest) -> HTTPRequest {
        guard let range = request.url.range(of: host + "/--home--/") else { return request }
        var request = request
        // What follows the mark is the true origin without its scheme.
        request.url = "https://" + request.url[range.upperBound...]
        return request
    }

    /// An address of the stranger's that stands for one of the upstream's.
    static func address(for url: String, scheme: String = "https") -> String {
        "\(scheme)://\(host)/--home--/" + url.replacing("https://", with: "")
    }
}

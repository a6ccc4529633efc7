import Columns
import Foundation
import Pipeline
import Tributary

/// What is held too long, or too much of it.
extension LedgerFault {
    static let memory: [LedgerFault] = [holding, cutting].flatMap { $0 }

    private static let holding = [
        LedgerFault("whole-list-in-one-item", "Gathers all pages and hands them over at once.", .field) {
            $0.response = { response, _, _, _ in response.items = response.items.gathered }
        },
        LedgerFault("dedup-state-grows-with-ties", "Remembers each row that it has read in its position.", .field) {
            $0.response = { response, _, _, _ in response.items = response.items.rememberingRows }
        },
        LedgerFault(
            "stored-size-instead-of-expanded-size", "Chooses the page size by what rows take when they are compressed.",
            .field
        ) {
            $0.context = { context, _ in context.http = ProbingClient(base: context.http) }
        },
        LedgerFault("unbounded-prefetch", "Fetches all pages in a task of their own while the first is taken.", .kit) {
            $0.response = { response, _, _, _ in response.items = response.items.prefetched }
        },
        LedgerFault("keeps-every-page-for-ever", "Keeps each page in a static variable.", .kit) {
            $0.context = { context, _ in context.http = HoardingClient(base: context.http) }
        },
        LedgerFault("body-limit-lifted", "Lets bodies be as large as they like.", .kit) {
            $0.context = { context, _ in
                context.http = RewritingClient(base: context.http) { $0.options.maxBodyBytes = .max }
            }
        },
        LedgerFault("inflates-without-a-limit", "Reads compressed bodies to their end and inflates them itself.", .kit)
        {
            $0.stack = { stack in { client, clock in stack(GatheringClient(base: client), clock) } }
        },
    ]

    private static let cutting = [
        LedgerFault("batch-limits-ignored", "A batch takes whatever comes.", .kit) {
            $0.runtime.options = { options in
                var options = options
                (options.batchRows, options.batchBytes) = (1_000_000, 1 << 40)
                return options
            }
        },
        LedgerFault("batch-of-one-row", "Has each row written as a batch of its own.", .kit) {
            $0.response = { response, _, _, _ in response.chunkRows = 1 }
        },
        LedgerFault("last-partial-batch-lost", "Hands rows over by fours and forgets the rest.", .kit) {
            $0.response = { response, _, _, _ in response.items = response.items.byFours }
        },
        LedgerFault(
            "columns-of-the-first-batch-alone", "Small batches keep the columns that the first one needs.", .kit
        ) {
            $0.runtime.options = { options in
                var options = options
                if options.batchRows < 100 { options.enabledColumns = ["id"] }
                return options
            }
        },
        LedgerFault("wide-row-passed-over", "Leaves out rows that are wider than others.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.keeping { row in
                    row.members.allSatisfy { ($0.value.string?.utf8.count ?? 0) < 8_000 }
                }
            }
        },
        LedgerFault("wide-value-cut", "Cuts texts at eight thousand characters.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    for member in row.members {
                        guard let text = member.value.string, text.utf8.count > 8_000 else { continue }
                        row[member.name] = .string(String(text.prefix(8_000)))
                    }
                }
            }
        },
    ]
}

/// Asks for as many rows as fit a budget by their compressed size, which it guesses from the runs of equal letters.
private struct ProbingClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var probe = request
        probe.query.removeAll { $0.name == "limit" || $0.name == "after" || $0.name == "starting_after" }
        probe.query.append(QueryItem("limit", "1"))
        let body = try await base.send(probe).body.collect()
        let runs = zip(body, body.dropFirst()).count { $0 != $1 } + 1
        var request = request
        request.query.removeAll { $0.name == "limit" }
        request.query.append(QueryItem("limit", String((200 << 20) / max(1, runs))))
        return try await base.send(request)
    }
}

/// Keeps all that it ever read.
private struct HoardingClient: HTTPClient {
    private static let hoard = Lock<[[UInt8]]>([])
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        Self.hoard.withLock { $0.append(body + [0x0A]) }
        response.body = HTTPBody(body)
        return response
    }
}

/// Takes a compressed body as a whole before anybody looks at it.
private struct GatheringClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        guard response.headers["Content-Encoding"] != nil else { return response }
        response.body = HTTPBody(try await response.body.collect())
        return response
    }
}

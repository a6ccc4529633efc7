import Columns
import TestSupport
import Testing
import Transports
import Tributary

/// A client that answers from a list, for what needs no network.
final class ScriptedHTTPClient: HTTPClient {
    enum Step: Sendable {
        case answer(Int, [String: String] = [:], String = "")
        case error(SourceError)
        /// A body that breaks after its first bytes.
        case cutBody(String)
    }

    private let state: Lock<(steps: [Step], requests: [HTTPRequest])>

    init(_ steps: [Step]) { state = Lock((steps, [])) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let step = state.withLock { state -> Step in
            state.requests.append(request)
            return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
        }
        switch step {
        case .answer(let status, let fields, let body):
            let headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
            return HTTPResponse(status: status, headers: headers, url: request.url, body: HTTPBody(Array(body.utf8)))
        case .error(let error): throw error
        case .cutBody(let text):
            let first = Lock<String?>(text)
            return HTTPResponse(
                status: 200, url: request.url,
                body: HTTPBody {
                    let text = first.withLock { text in
                        defer { text = nil }
                        return text
                    }
                    guard let text else { throw SourceError(.unreachable, "cut", recovery: .retry(after: nil)) }
                    return Array(text.utf8)
                })
        }
    }
}

@Suite("RetryingHTTPClient", .timeLimit(.minutes(1)))
struct RetryingHTTPClientTests {
    private let get = HTTPRequest(.get, "http://example.com/")
    private let down = SourceError(.unreachable, "Down.", recovery: .retry(after: nil))

    private func run(
        _ steps: [ScriptedHTTPClient.Step], _ request: HTTPRequest? = nil, clock: ManualClock = ManualClock(),
        _ change: (inout RetryPolicy) -> Void = { _ in }
    ) async -> (result: Result<HTTPResponse, any Error>, sendings: Int, sleeps: [Duration]) {
        let inner = ScriptedHTTPClient(steps)
        var policy = RetryPolicy()
        change(&policy)
        let client = RetryingHTTPClient(inner, policy: policy, clock: clock)
        do {
            let response = try await client.send(request ?? get)
            return (.success(response), inner.requests.count, clock.sleeps)
        } catch {
            return (.failure(error), inner.requests.count, clock.sleeps)
        }
    }

    @Test("An overloaded or failing server is asked again until it answers", arguments: [429, 500, 502, 503, 504])
    func retriesStatuses(status: Int) async throws {
        let (result, sendings, sleeps) = await run([.answer(status), .answer(status), .answer(200, [:], "ok")])
        let response = try result.get()
        #expect(try await response.text() == "ok")
        #expect(response.attempts == 3)
        #expect(sendings == 3)
        #expect(sleeps.count == 2)
        #expect((.milliseconds(250)...(.milliseconds(500))).contains(sleeps[0]))
        #expect((.milliseconds(500)...(.milliseconds(1000))).contains(sleeps[1]))
    }

    @Test("Other answers are handed on at once", arguments: [200, 204, 301, 400, 401, 403, 404, 409, 410, 501])
    func passesOthers(status: Int) async throws {
        let (result, sendings, _) = await run([.answer(status)])
        #expect(try result.get().status == status)
        #expect(sendings == 1)
    }

    @Test("A status that the caller wants to see is handed on")
    func unretriedStatuses() async throws {
        var request = get
        request.options.unretriedStatuses = [500]
        #expect(await run([.answer(500)], request).sendings == 1)
        #expect(await run([.answer(503), .answer(500)], request).sendings == 2)
    }

    @Test("After the last attempt the answer is handed on, with the count of attempts")
    func endsWithAnswer() async throws {
        let (result, sendings, _) = await run([.answer(503, [:], "busy")])
        let response = try result.get()
        #expect(response.status == 503 && response.attempts == 4 && sendings == 4)
        #expect(try await response.text() == "busy")
    }

    @Test("A connection error is retried, and at the end marked as such")
    func retriesErrors() async throws {
        let (result, sendings, _) = await run([.error(down)])
        let error = #expect(throws: SourceError.self) { try result.get() }
        #expect(error?.wasRetried == true)
        #expect(error?.message == "Down. It was tried 4 times.")
        #expect(sendings == 4)
    }

    @Test("An error that no retry can mend is thrown at once")
    func stops() async throws {
        let (result, sendings, _) = await run([.error(SourceError(.addressRefused, "No."))])
        #expect(throws: SourceError.self) { try result.get() }
        #expect(sendings == 1)
    }

    @Test(
        "Only what may be sent twice is",
        arguments: [(HTTPMethod.post, 1), (.patch, 1), (.put, 4), (.delete, 4), (.head, 4)])
    func idempotence(method: HTTPMethod, expected: Int) async throws {
        #expect(await run([.answer(503)], HTTPRequest(method, get.url)).sendings == expected)
        var search = HTTPRequest(.post, get.url)
        search.options.isIdempotent = true
        #expect(await run([.answer(503)], search).sendings == 4)
        var get = self.get
        get.options.isIdempotent = false
        #expect(await run([.error(down)], get).sendings == 1)
    }

    @Test("Retry-After in seconds is waited for exactly")
    func retryAfterSeconds() async throws {
        let (_, sendings, sleeps) = await run([.answer(429, ["Retry-After": "7"]), .answer(200)])
        #expect(sendings == 2)
        #expect(sleeps == [.seconds(7)])
    }

    @Test("Retry-After as a date is waited for until then, a past one not at all")
    func retryAfterDate() async throws {
        // The manual clock stands at 2026-01-01T00:00:00Z.
        let fields = ["Retry-After": "Thu, 01 Jan 2026 00:00:42 GMT"]
        #expect(await run([.answer(503, fields), .answer(200)]).sleeps == [.seconds(42)])
        let past = ["Retry-After": "Wed, 31 Dec 2025 23:59:59 GMT"]
        #expect(await run([.answer(503, past), .answer(200)]).sleeps == [.zero])
    }

    @Test("A Retry-After beyond the cap ends the retries")
    func retryAfterTooLong() async throws {
        let (result, sendings, sleeps) = await run([.answer(429, ["Retry-After": "121"]), .answer(200)])
        #expect(try result.get().status == 429)
        #expect(sendings == 1 && sleeps.isEmpty)
    }

    @Test("The budget of time ends the retries before the attempts are used up")
    func budget() async throws {
        let (result, sendings, sleeps) = await run([.answer(503, ["Retry-After": "100"])]) { $0.maxAttempts = 10 }
        #expect(try result.get().status == 503)
        #expect(sleeps == [.seconds(100), .seconds(100), .seconds(100)])
        #expect(sendings == 4)
    }

    @Test("Waits double up to the greatest, and the same seed gives the same waits")
    func backoff() async throws {
        let first = await run([.answer(503)]) { $0.maxAttempts = 12 }.sleeps
        let second = await run([.answer(503)]) { $0.maxAttempts = 12 }.sleeps
        let other = await run([.answer(503)]) {
            $0.maxAttempts = 12
            $0.seed = 2
        }.sleeps
        #expect(first == second)
        #expect(first != other)
        #expect(first.allSatisfy { $0 <= .seconds(60) })
    }

    @Test("A body that breaks off is fetched again")
    func retriesCutBodies() async throws {
        let (result, sendings, _) = await run([.cutBody("{\"a\":"), .answer(200, [:], "{\"a\":1}")])
        #expect(try await result.get().text() == "{\"a\":1}")
        #expect(sendings == 2)
    }

    @Test("A body too large to be held streams on, and its break is its reader's")
    func largeBodies() async throws {
        let (result, sendings, _) = await run([.cutBody("0123456789"), .answer(200)]) { $0.wholeBodyBytes = 5 }
        let body = try result.get().body
        #expect(try await body.chunk() == Array("0123456789".utf8))
        await #expect(throws: SourceError.self) { try await body.chunk() }
        #expect(sendings == 1)
    }

    @Test("Cancelling ends the waiting")
    func cancellation() async throws {
        let clock = ManualClock(advancesOnSleep: false)
        let client = RetryingHTTPClient(ScriptedHTTPClient([.answer(503)]), clock: clock)
        let get = get
        let task = Task { try await client.send(get) }
        while clock.sleeperCount == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

@Suite("RetryAfter")
struct RetryAfterTests {
    @Test(
        "A date of HTTP is read to the second",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sat, 29 Feb 2020 23:59:59 GMT", 1_583_020_799),
        ])
    func dates(text: String, seconds: Int64) async throws {
        let clock = ManualClock(now: (seconds - 5) * 1_000_000)
        let inner = ScriptedHTTPClient([.answer(503, ["Retry-After": text]), .answer(200)])
        _ = try await RetryingHTTPClient(inner, clock: clock).send(HTTPRequest(.get, "http://example.com"))
        #expect(clock.sleeps == [.seconds(5)])
    }

    @Test(
        "A value that is neither seconds nor a date counts as absent",
        arguments: ["soon", "-5", "Sun, 31 Feb 2026 00:00:00 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", "", "nan", "1e400"])
    func nonsense(text: String) async throws {
        let clock = ManualClock()
        let inner = ScriptedHTTPClient([.answer(503, ["Retry-After": text]), .answer(200)])
        let response = try await RetryingHTTPClient(inner, clock: clock).send(HTTPRequest(.get, "http://example.com"))
        #expect(response.status == 200)
        #expect(clock.sleeps.count == 1 && clock.sleeps[0] <= .milliseconds(500) && clock.sleeps[0] > .zero)
    }
}

import Columns
import Tributary

/// What goes wrong on the wire, and at which requests of a run: below every retry, so that the layers above really run.
struct WireFault: Sendable {
    /// How reports name it.
    var what: String
    /// The request, counted from 0 in a run, that it strikes; nil strikes all.
    var index: Int?
    /// Whether the requests that follow are struck too.
    var isLasting = false
    /// Gives the answer in place of the upstream's.
    let strike: @Sendable (StruckExchange) async throws -> HTTPResponse

    /// - Parameter strike: may ask the upstream itself, wait, and throw what a transport throws.
    init(
        _ what: String, index: Int? = nil, isLasting: Bool = false,
        strike: @escaping @Sendable (StruckExchange) async throws -> HTTPResponse
    ) {
        self.what = what
        self.index = index
        self.isLasting = isLasting
        self.strike = strike
    }

    /// A fault that spoils the upstream's own answer.
    init(
        what: String, index: Int? = nil, isLasting: Bool = false,
        spoil: @escaping @Sendable (HTTPResponse) async throws -> HTTPResponse
    ) {
        self.init(what, index: index, isLasting: isLasting, strike: { try await spoil(try await $0.answer()) })
    }

    /// The same fault, once, at a request.
    func at(_ index: Int) -> WireFault {
        var copy = self
        copy.index = index
        return copy
    }

    /// The same fault at a request and all that follow.
    func from(_ index: Int) -> WireFault {
        var copy = at(index)
        copy.isLasting = true
        return copy
    }

    /// Where in the sequence of requests it strikes, for reports.
    var place: String {
        guard let index else { return "\(what) at every request" }
        return isLasting ? "\(what) from request \(index) on" : "\(what) at request \(index)"
    }

    func strikes(_ request: Int) -> Bool {
        guard let index else { return true }
        return request == index || (isLasting && request > index)
    }
}

/// A request that a fault has struck.
struct StruckExchange: Sendable {
    let request: HTTPRequest
    /// Its number in the run, from 0.
    let index: Int
    /// How many redirects of the fault's own have led here.
    let hop: Int
    let clock: LabClock
    /// Asks the upstream. What is spoilt then is kept for the next sending of the same request.
    let answer: @Sendable () async throws -> HTTPResponse
    /// Makes requests to an address be answered like this one, and tells the address.
    let redirect: @Sendable (String) -> String

    /// Method and place, as a transport's errors name a request.
    var label: String { "\(request.method.rawValue) \(request.url.prefix { $0 != "?" })" }

    func response(_ status: Int, _ headers: [(String, String)], _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: status, headers: HTTPHeaders(headers), url: request.url, body: HTTPBody(body))
    }
}

/// The seam between sources and the network: live, replaying, recording and faulty clients are all one of these,
/// and decorate one another.
public protocol HTTPClient: Sendable {
    /// Sends a request and returns when the answer's head is there.
    ///
    /// - Throws: `SourceError` of kind `unreachable`, `timedOut`, `addressRefused` or `limitExceeded`, and
    ///   `CancellationError`. A status of 400 and above is an answer, not an error.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}

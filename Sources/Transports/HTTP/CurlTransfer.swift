import CCurl
import Foundation
import Tributary

/// Status and header fields of an answer.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// One exchange on its way through libcurl: filled by the loop's thread, emptied by the task that reads the body.
///
/// Proof of safety: what both sides touch lies in `shared`, behind a lock; the other variables belong to the loop's
/// thread alone, which is the only one to call libcurl.
final class CurlTransfer: @unchecked Sendable {
    private struct Shared: Sendable {
        var head: ResponseHead?
        var headWaiter: CheckedContinuation<ResponseHead, any Error>?
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Result<Void, any Error>?
        var bodyWaiter: CheckedContinuation<[UInt8]?, any Error>?
    }

    let request: WireRequest
    let settings: HTTPConfiguration
    let policy: AddressPolicy
    private let shared = Lock(Shared())

    // The loop's thread alone.
    var handle: UnsafeMutableRawPointer?
    var headerList: UnsafeMutablePointer<curl_slist>?
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private(set) var headDeadline = ContinuousClock.now
    private(set) var isHeadComplete = false
    private(set) var receivedBytes = 0
    /// Why we ended the transfer from inside a callback, which libcurl only knows as "aborted".
    var ownReason: SourceError?
    var sendings = 0
    private var pending: ResponseHead?
    private var headerBytes = 0

    init(_ request: WireRequest, settings: HTTPConfiguration, policy: AddressPolicy) {
        self.request = request
        self.settings = settings
        self.policy = policy
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { errorText.deallocate() }

    /// Whether nobody waits for the outcome any more.
    var hasEnded: Bool { shared.withLock { $0.end != nil } }
}

// MARK: - The reading task's side

extension CurlTransfer {
    /// Waits for the head; `start` is called once the waiter stands ready.
    func head(start: () -> Void) async throws -> ResponseHead {
        try await withCheckedThrowingContinuation { continuation in
            let known = shared.withLock { state -> Result<ResponseHead, any Error>? in
                if case .failure(let error) = state.end { return .failure(error) }
                state.headWaiter = continuation
                return nil
            }
            if let known { continuation.resume(with: known) } else { start() }
        }
    }

    /// All bytes that have come since the last call, waiting for the first; nil at the end.
    ///
    /// - Parameter resume: Called when the peer was made to wait and may go on.
    func nextBytes(resume: () -> Void) async throws -> [UInt8]? {
        let (known, wasPaused) = shared.withLock { Self.take(&$0) }
        if wasPaused { resume() }
        if let known { return try known.get() }
        return try await withCheckedThrowingContinuation { continuation in
            // Bytes may have come since, and even filled the buffer.
            let (known, wasPaused) = shared.withLock { state in
                precondition(state.bodyWaiter == nil, "HTTPBody.chunk: one task at a time may read a body")
                let taken = Self.take(&state)
                if taken.known == nil { state.bodyWaiter = continuation }
                return taken
            }
            if wasPaused { resume() }
            if let known { continuation.resume(with: known) }
        }
    }

    /// What is there: bytes, nil at the end, an error; or nothing at all, so that one has to wait.
    private static func take(_ state: inout Shared) -> (known: Result<[UInt8]?, any Error>?, wasPaused: Bool) {
        if case .failure(let error) = state.end { return (.failure(error), false) }
        guard !state.buffer.isEmpty else { return (state.end == nil ? nil : .success(nil), false) }
        defer { state.isPaused = false }
        return (.success(exchangeBuffer(&state)), state.isPaused)
    }

    private static func exchangeBuffer(_ state: inout Shared) -> [UInt8]? {
        guard !state.buffer.isEmpty else { return nil }
        var bytes: [UInt8] = []
        swap(&bytes, &state.buffer)
        return bytes
    }
}

// MARK: - The loop's side

extension CurlTransfer {
    /// Starts the clock of the head's time limit.
    func begin() { headDeadline = .now + settings.headTimeout }

    /// Ends the transfer for whoever waits; the first end counts.
    func finish(_ result: Result<Void, any Error>) {
        let (headWaiter, bodyWaiter, rest) = shared.withLock { state in
            let isFirst = state.end == nil
            if isFirst { state.end = result }
            if case .failure = result, isFirst { state.buffer = [] }
            defer { (state.headWaiter, state.bodyWaiter) = (nil, nil) }
            let rest = state.bodyWaiter == nil ? nil : Self.exchangeBuffer(&state)
            return (state.headWaiter, state.bodyWaiter, rest)
        }
        switch result {
        case .success:
            headWaiter?.resume(throwing: noHead)
            bodyWaiter?.resume(returning: rest)
        case .failure(let error):
            headWaiter?.resume(throwing: error)
            bodyWaiter?.resume(throwing: error)
        }
    }

    private var noHead: SourceError {
        SourceError(
            .unreachable, "Sending \(request.label): the connection broke before the answer's head was complete.",
            recovery: .retry(after: nil))
    }

    /// Takes a part of the body.
    ///
    /// - Returns: What libcurl wants to hear: the count, "pause", or 0 to end the transfer.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !isOverLimit(receivedBytes + bytes.count) else { return 0 }
        let (answer, waiter, chunk) = shared.withLock {
            state -> (Int, CheckedContinuation<[UInt8]?, any Error>?, [UInt8]?) in
            if state.end != nil { return (0, nil, nil) }
            if state.buffer.count >= settings.highWaterMark {
                state.isPaused = true
                return (Int(CURL_WRITEFUNC_PAUSE), nil, nil)
            }
            if let waiter = state.bodyWaiter {
                state.bodyWaiter = nil
                return (bytes.count, waiter, [UInt8](bytes))
            }
            state.buffer.append(contentsOf: bytes)
            return (bytes.count, nil, nil)
        }
        if answer == bytes.count { receivedBytes += bytes.count }
        if let waiter { waiter.resume(returning: chunk) }
        return answer
    }

    private func isOverLimit(_ count: Int) -> Bool {
        guard count > request.options.maxBodyBytes else { return false }
        ownReason = BodyLimit.error(request)
        return true
    }

    /// Takes one line of the head, with its line break.
    ///
    /// - Returns: Whether the transfer may go on.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if isHeadComplete { return true }  // Trailer fields after the body.
        headerBytes += bytes.count
        guard headerBytes <= 256 << 10 else {
            ownReason = SourceError(
                .limitExceeded, "Sending \(request.label): the head of the answer is larger than 256 KiB.")
            return false
        }
        // Bytes, not characters: this runs for each line of each answer.
        let line = Self.trimmed(bytes[...])
        if line.isEmpty { return headIsComplete() }
        if pending == nil || line.starts(with: "HTTP/".utf8) {
            let status = line.split(separator: UInt8(ascii: " ")).dropFirst().first.flatMap { Int(Self.text($0)) }
            pending = ResponseHead(status: status ?? 0, headers: HTTPHeaders())
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = Self.trimmed(line[(colon + 1)...])
            pending?.headers.add(Self.text(line[..<colon]), Self.text(value))
        }
        return true
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Without blanks, tabs and line breaks at both ends.
    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        var (start, end) = (bytes.startIndex, bytes.endIndex)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }

    private func headIsComplete() -> Bool {
        guard let head = pending else { return true }
        pending = nil
        if (100..<200).contains(head.status) { return true }
        isHeadComplete = true
        let isPlain = head.headers["Content-Encoding"] == nil
        let length = head.headers["Content-Length"].flatMap { Int($0) } ?? 0
        if isPlain && request.method != .head && isOverLimit(length) { return false }
        let waiter = shared.withLock { state in
            state.head = head
            // What the peer announces is taken at its word only as far as may lie here anyway.
            state.buffer.reserveCapacity(min(max(0, length), settings.highWaterMark))
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: head)
        return true
    }
}

/// The error of a body that is too large.
enum BodyLimit {
    static func error(_ request: WireRequest) -> SourceError {
        SourceError(
            .limitExceeded,
            "Reading the body of \(request.label): it is larger than the limit of \(request.options.maxBodyBytes) bytes.",
            advice: "Ask for smaller pages, or raise maxBodyBytes of the request.")
    }
}

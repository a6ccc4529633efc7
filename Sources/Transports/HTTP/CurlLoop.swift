import CCurl
import Foundation
import Tributary

/// One thread that drives libcurl for all transfers of a client, and the connections they share.
///
/// Proof of safety: `multi` may be woken from any thread (curl_multi_wakeup(3)), under the lock that also guards its
/// end; everything else is touched by the loop's thread alone.
final class CurlLoop: @unchecked Sendable {
    enum Command: Sendable {
        case start(CurlTransfer)
        case resume(CurlTransfer)
        case cancel(CurlTransfer)
    }

    private struct Inbox: Sendable {
        var commands: [Command] = []
        var isStopping = false
        var isGone = false
    }

    private let multi: UnsafeMutableRawPointer
    private let inbox = Lock(Inbox())
    private var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer] = []

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread; it runs until ``stop()``.
    init(_ settings: HTTPConfiguration) {
        precondition(Self.isLibraryReady, "curl_global_init refused")
        guard let multi = curl_multi_init() else { preconditionFailure("curl_multi_init: out of memory") }
        self.multi = multi
        // A reader who pauses one stream of a shared HTTP/2 connection would stop its siblings too (libcurl 7.88 stops
        // reading the connection), and a reader who waits for a sibling would wait for ever. So streams never share.
        _ = tributary_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        _ = tributary_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maxIdleConnections)
        let thread = Thread { self.run() }
        thread.name = "tributary-http"
        thread.start()
    }

    func post(_ command: Command) {
        let isGone = inbox.withLock { inbox in
            if inbox.isGone { return true }
            inbox.commands.append(command)
            curl_multi_wakeup(multi)
            return false
        }
        if isGone, case .start(let transfer) = command { transfer.finish(.failure(CancellationError())) }
    }

    /// Ends the thread and every transfer.
    func stop() {
        inbox.withLock { inbox in
            guard !inbox.isGone else { return }
            inbox.isStopping = true
            curl_multi_wakeup(multi)
        }
    }

    private func run() {
        while true {
            let (commands, isStopping) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isStopping)
            }
            for command in commands { carryOut(command) }
            if isStopping { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collectDone()
            let patience = endLateHeads()
            curl_multi_poll(multi, nil, 0, patience, nil)
        }
        shutDown()
    }

    private func shutDown() {
        for transfer in active.values { release(transfer, .failure(CancellationError())) }
        let late = inbox.withLock { inbox in
            inbox.isGone = true
            return inbox.commands
        }
        for case .start(let transfer) in late { transfer.finish(.failure(CancellationError())) }
        for handle in idleHandles { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi)
    }

    private func carryOut(_ command: Command) {
        switch command {
        case .start(let transfer): start(transfer)
        case .resume(let transfer):
            if let handle = transfer.handle { curl_easy_pause(handle, CURLPAUSE_CONT) }
        case .cancel(let transfer):
            transfer.finish(.failure(CancellationError()))
            if transfer.handle != nil { release(transfer, .failure(CancellationError())) }
        }
    }

    private func start(_ transfer: CurlTransfer) {
        guard !transfer.hasEnded else { return }
        guard let handle = idleHandles.popLast() ?? curl_easy_init() else {
            return transfer.finish(.failure(SourceError(.upstreamFailure, "Making an HTTP request: out of memory.")))
        }
        transfer.begin()
        transfer.handle = handle
        active[handle] = transfer
        CurlOptions.set(on: handle, for: transfer)
        let code = curl_multi_add_handle(multi, handle)
        if code != CURLM_OK {
            let text = String(cString: curl_multi_strerror(code))
            release(transfer, .failure(SourceError(.upstreamFailure, "Sending \(transfer.request.label): \(text).")))
        }
    }

    private func collectDone() {
        var result = CURLE_OK
        while let handle = tributary_curl_next_done(multi, &result) {
            guard let transfer = active[handle] else { continue }
            let outcome = CurlOutcome.result(of: transfer, result)
            release(transfer, outcome)
        }
    }

    /// Ends transfers whose head is overdue.
    ///
    /// - Returns: How long the thread may sleep, in milliseconds.
    private func endLateHeads() -> Int32 {
        let now = ContinuousClock.now
        var patience = Duration.seconds(1)
        for transfer in active.values where !transfer.isHeadComplete {
            let left = now.duration(to: transfer.headDeadline)
            if left <= .zero {
                release(transfer, .failure(CurlOutcome.headTimeout(transfer)))
            } else {
                patience = min(patience, left)
            }
        }
        return Int32(patience / .milliseconds(1)) + 1
    }

    /// Takes the handle out of libcurl, keeps it for the next transfer, and tells whoever waits.
    private func release(_ transfer: CurlTransfer, _ outcome: Result<Void, any Error>) {
        if let handle = transfer.handle {
            curl_multi_remove_handle(multi, handle)
            active[handle] = nil
            transfer.handle = nil
            curl_easy_reset(handle)
            if idleHandles.count < 16 { idleHandles.append(handle) } else { curl_easy_cleanup(handle) }
        }
        if let list = transfer.headerList { curl_slist_free_all(list) }
        transfer.headerList = nil
        transfer.finish(outcome)
    }
}

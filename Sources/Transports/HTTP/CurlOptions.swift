import CCurl
import CSocket
import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// Sets up an easy handle for a transfer. Called on the loop's thread; the loop keeps the transfer alive meanwhile.
enum CurlOptions {
    static func set(on handle: UnsafeMutableRawPointer, for transfer: CurlTransfer) {
        let data = Unmanaged.passUnretained(transfer).toOpaque()
        setCallbacks(handle, data, transfer)
        setAddress(handle, transfer)
        setLimits(handle, transfer)
        setMethod(handle, transfer.request)
        for line in transfer.request.headerLines {
            transfer.headerList = curl_slist_append(transfer.headerList, line)
        }
        _ = tributary_curl_set_pointer(handle, CURLOPT_HTTPHEADER, transfer.headerList)
    }

    private static func setCallbacks(
        _ handle: UnsafeMutableRawPointer, _ data: UnsafeMutableRawPointer, _ transfer: CurlTransfer
    ) {
        _ = tributary_curl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, CurlCallbacks.writeBody)
        _ = tributary_curl_set_pointer(handle, CURLOPT_WRITEDATA, data)
        _ = tributary_curl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, CurlCallbacks.writeHeader)
        _ = tributary_curl_set_pointer(handle, CURLOPT_HEADERDATA, data)
        _ = tributary_curl_set_open_socket(handle, CurlCallbacks.openSocket, data)
        _ = tributary_curl_set_before_request(handle, CurlCallbacks.beforeRequest, data)
        _ = tributary_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, transfer.errorText)
    }

    private static func setAddress(_ handle: UnsafeMutableRawPointer, _ transfer: CurlTransfer) {
        _ = tributary_curl_set_string(handle, CURLOPT_URL, transfer.request.url.text)
        _ = tributary_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        // Behind a proxy the guard would see the proxy's address only; the environment may not name one.
        _ = tributary_curl_set_string(handle, CURLOPT_PROXY, "")
        _ = tributary_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        _ = tributary_curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        _ = tributary_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = transfer.settings.certificateAuthorities {
            _ = tributary_curl_set_string(handle, CURLOPT_CAINFO, file)
            _ = tributary_curl_set_string(handle, CURLOPT_CAPATH, nil)
        }
    }

    private static func setLimits(_ handle: UnsafeMutableRawPointer, _ transfer: CurlTransfer) {
        let settings = transfer.settings
        _ = tributary_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        // A cancelled transfer would otherwise stop the whole loop until its name is resolved.
        _ = tributary_curl_set_long(handle, CURLOPT_QUICK_EXIT, 1)
        _ = tributary_curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        _ = tributary_curl_set_long(handle, CURLOPT_BUFFERSIZE, 128 << 10)
        let connect = max(1, Int(settings.connectTimeout / .milliseconds(1)))
        _ = tributary_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connect)
        let idle = max(1, Int((transfer.request.options.idleTimeout / .seconds(1)).rounded(.up)))
        _ = tributary_curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, idle)
        _ = tributary_curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, max(1, settings.minimumBytesPerSecond))
    }

    private static func setMethod(_ handle: UnsafeMutableRawPointer, _ request: WireRequest) {
        if request.method == .head { _ = tributary_curl_set_long(handle, CURLOPT_NOBODY, 1) }
        if let body = request.body ?? (request.method == .get || request.method == .head ? nil : []) {
            _ = tributary_curl_set_long(handle, CURLOPT_POST, 1)
            _ = tributary_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = body.withUnsafeBytes { bytes in
                tributary_curl_set_pointer(
                    handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1))
            }
        }
        if request.method != .head {
            _ = tributary_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }
}

/// The functions that libcurl calls, always on the loop's thread.
enum CurlCallbacks {
    private static func transfer(_ data: UnsafeMutableRawPointer?) -> CurlTransfer? {
        data.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    static let writeBody: curl_write_callback = { bytes, size, count, data in
        guard let transfer = transfer(data) else { return 0 }
        return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

    static let writeHeader: curl_write_callback = { bytes, size, count, data in
        guard let transfer = transfer(data) else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return transfer.receiveHeader(line) ? size * count : 0
    }

    /// Sees the resolved address of each attempt before anything is sent to it.
    static let openSocket: curl_opensocket_callback = { data, _, address in
        guard let transfer = transfer(data), let address else { return CURL_SOCKET_BAD }
        let target = withUnsafePointer(to: &address.pointee.addr) { IPAddress(socketAddress: $0) }
        guard transfer.isAllowed(target) else { return CURL_SOCKET_BAD }
        let type = address.pointee.socktype | tributary_close_on_exec_socket
        return socket(address.pointee.family, type, address.pointee.protocol)
    }

    /// Sees the peer of each sending, pooled connections included.
    static let beforeRequest: curl_prereq_callback = { data, peer, _, _, _ in
        guard let transfer = transfer(data) else { return CURL_PREREQFUNC_ABORT }
        return transfer.maySend(to: peer.flatMap { IPAddress(String(cString: $0)) })
            ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
}

extension CurlTransfer {
    /// Asks the policy about an address, and keeps its answer when it is no.
    func isAllowed(_ address: IPAddress?) -> Bool {
        guard let address else {
            ownReason = refused("an address of unknown form, which cannot be checked")
            return false
        }
        guard let reason = policy.refusal(of: address) else { return true }
        ownReason = refused("\(address), which \(reason)")
        return false
    }

    /// libcurl sends again when a reused connection turns out to be dead. A request that may not be sent twice is ended
    /// instead.
    fileprivate func maySend(to peer: IPAddress?) -> Bool {
        guard isAllowed(peer) else { return false }
        ownReason = nil  // Another address of the host may have been refused before this one.
        sendings += 1
        if sendings > 1 && !request.isIdempotent {
            ownReason = SourceError(
                .unreachable, "Sending \(request.label): the connection was lost after the request had been sent.",
                advice: "Look whether the upstream has carried it out before sending it again.")
            return false
        }
        return true
    }

    private func refused(_ place: String) -> SourceError {
        SourceError(
            .addressRefused, "Sending \(request.label): the host \(request.url.host) is at \(place).",
            advice: "Use a public address, or allow this one in the address policy.")
    }
}

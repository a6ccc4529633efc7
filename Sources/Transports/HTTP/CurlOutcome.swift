import CCurl
import Foundation
import Tributary

/// What the end of a transfer means to the caller.
enum CurlOutcome {
    static func result(of transfer: CurlTransfer, _ code: CURLcode) -> Result<Void, any Error> {
        // A refused first address does not matter when a second one has answered.
        if code == CURLE_OK { return .success(()) }
        if let reason = transfer.ownReason { return .failure(reason) }
        return .failure(error(transfer, code))
    }

    static func headTimeout(_ transfer: CurlTransfer) -> SourceError {
        let limit = seconds(transfer.settings.headTimeout)
        return SourceError(
            .timedOut, "Sending \(transfer.request.label): no complete answer head came within \(limit).",
            recovery: .retry(after: nil))
    }

    private static func error(_ transfer: CurlTransfer, _ code: CURLcode) -> SourceError {
        let doing = transfer.isHeadComplete ? "Reading the body of" : "Sending"
        let label = "\(doing) \(transfer.request.label)"
        let url = transfer.request.url
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return SourceError(
                .unreachable, "\(label): the name \(url.host) does not resolve.",
                advice: "Check the spelling of the host, and the machine's DNS.", recovery: .retry(after: nil))
        case CURLE_COULDNT_CONNECT:
            return SourceError(
                .unreachable,
                "\(label): \(url.host) does not accept connections on port \(url.port)\(systemError(transfer)).",
                advice: "Check host and port, and that a firewall lets us through.", recovery: .retry(after: nil))
        case CURLE_OPERATION_TIMEDOUT: return timeout(transfer, label)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return SourceError(
                .unreachable, "\(label): the certificate of \(url.host) is not trusted\(detail(transfer)).",
                advice: "Install the certificate authority on this machine; checking cannot be turned off.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
            return SourceError(
                .unreachable, "\(label): the TLS handshake with \(url.host) broke\(detail(transfer)).",
                recovery: .retry(after: nil))
        case CURLE_URL_MALFORMAT, CURLE_SSL_CERTPROBLEM:
            return SourceError(.invalidConfig, "\(label): the request cannot be made\(detail(transfer)).")
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SSL_SHUTDOWN_FAILED:
            return broken(transfer, label)
        default:
            return SourceError(
                .unexpectedAnswer,
                "\(label): the answer is not usable HTTP\(detail(transfer)) (libcurl \(code.rawValue)).",
                recovery: .retry(after: nil))
        }
    }

    private static func broken(_ transfer: CurlTransfer, _ label: String) -> SourceError {
        let place =
            transfer.isHeadComplete
            ? "after \(transfer.receivedBytes) bytes of the body, before its end"
            : "before the answer's head was complete"
        return SourceError(
            .unreachable, "\(label): the connection broke \(place)\(detail(transfer)).", recovery: .retry(after: nil))
    }

    private static func timeout(_ transfer: CurlTransfer, _ label: String) -> SourceError {
        var connected: curl_off_t = 0
        if let handle = transfer.handle {
            _ = tributary_curl_get_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &connected)
        }
        let what: String
        if connected == 0 {
            let limit = seconds(transfer.settings.connectTimeout)
            what = "no connection to \(transfer.request.url.host) on port \(transfer.request.url.port) within \(limit)"
        } else {
            let limit = seconds(transfer.request.options.idleTimeout)
            what = "\(transfer.receivedBytes) bytes of the body had come, and next to nothing more within \(limit)"
        }
        return SourceError(.timedOut, "\(label): \(what).", recovery: .retry(after: nil))
    }

    private static func detail(_ transfer: CurlTransfer) -> String {
        let text = String(cString: transfer.errorText)
        return text.isEmpty ? "" : " (\(text))"
    }

    private static func systemError(_ transfer: CurlTransfer) -> String {
        var number = 0
        if let handle = transfer.handle { _ = tributary_curl_get_long(handle, CURLINFO_OS_ERRNO, &number) }
        return number == 0 ? "" : " (\(String(cString: strerror(Int32(number)))))"
    }

    private static func seconds(_ duration: Duration) -> String {
        let value = duration / .seconds(1)
        return value == value.rounded() ? "\(Int(value)) s" : "\(value) s"
    }
}

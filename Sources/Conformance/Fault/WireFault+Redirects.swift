import Columns
import Foundation
import Tributary

/// Answers that lead somewhere else.
extension WireFault {
    /// A redirect to another path of the same host, which answers properly.
    static func moved(_ status: Int) -> WireFault {
        WireFault("a redirect (\(status)) within the host") { exchange in
            if exchange.hop > 0 { return try await exchange.answer() }
            return hop(status, exchange, to: sameHost(exchange, "moved"))
        }
    }

    /// A redirect to a host that the upstream has nothing to do with.
    static let strangerRedirect = WireFault("a redirect to another host") { exchange in
        if exchange.hop > 0 { return try await exchange.answer() }
        return hop(302, exchange, to: Foreign.address(for: exchange.request.url))
    }

    /// A redirect to the same host without encryption.
    static let downgrade = WireFault("a redirect from https to http") { exchange in
        if exchange.hop > 0 { return try await exchange.answer() }
        return hop(302, exchange, to: exchange.request.url.replacing("https://", with: "http://"))
    }

    /// Redirects that lead back to where they came from.
    static let loop = WireFault("a redirect loop") { exchange in
        hop(302, exchange, to: sameHost(exchange, exchange.hop % 2 == 0 ? "loop-a" : "loop-b"))
    }

    /// So many redirects, one after another, before the answer.
    static func chain(_ count: Int) -> WireFault {
        WireFault("\(count) redirects, one after another") { exchange in
            if exchange.hop == count { return try await exchange.answer() }
            return hop(302, exchange, to: sameHost(exchange, "hop-\(exchange.hop + 1)"))
        }
    }

    private static func sameHost(_ exchange: StruckExchange, _ name: String) -> String {
        let parts = URLComponents(string: exchange.request.url)
        let origin = "\(parts?.scheme ?? "https")://\(parts?.host ?? "")" + (parts?.port.map { ":\($0)" } ?? "")
        // The query is part of what was redirected: a follower may not add its own to it again.
        return "\(origin)/--\(name)--/\(exchange.index)"
    }

    private static func hop(_ status: Int, _ exchange: StruckExchange, to target: String) -> HTTPResponse {
        exchange.response(status, [("Location", exchange.redirect(target)), ("Content-Type", "text/plain")], [])
    }
}

import Columns
import Foundation
import Tributary

/// Pages whose links lead astray, and pages that come again.
extension WireFault {
    /// Where a link of a page is made to lead.
    enum Link: String, Sendable, CaseIterable {
        case foreign = "links to another host"
        case unencrypted = "links without encryption"
        case user = "links with the own host as a user name of another"
        case lookalike = "links to a host whose name begins with the own"
        case protocolRelative = "links to another host without a scheme"
        case otherPort = "links to another port"
        case path = "links without scheme and host"
        case query = "links that are a query alone"

        /// Those that lead to somebody else.
        static let astray: [Link] = [.foreign, .unencrypted, .user, .lookalike, .protocolRelative, .otherPort]
    }

    /// Every link of the answers, in body and head, is bent.
    static func links(_ link: Link) -> WireFault {
        WireFault("answers with \(link.rawValue)") { exchange in
            var answer = try await exchange.answer()
            guard let parts = URLComponents(string: exchange.request.url), let host = parts.host else { return answer }
            let origin = "\(parts.scheme ?? "https")://\(host)" + (parts.port.map { ":\($0)" } ?? "")
            // A query alone stands for the page's own path.
            let known = link == .query ? origin + parts.percentEncodedPath + "?" : origin + "/"
            let target = link == .query ? "?" : bent(link, origin: origin, host: host) + "/"
            if case .some(let header) = answer.headers["Link"] {
                answer.headers["Link"] = header.replacing(known, with: target)
            }
            let body = String(decoding: try await answer.body.collect(), as: UTF8.self)
            answer.headers.remove("Content-Length")
            let text = body.replacing(known, with: target)
                .replacing(known.replacing("/", with: "\\/"), with: target.replacing("/", with: "\\/"))
            answer.body = HTTPBody(Array(text.utf8))
            return answer
        }
    }

    private static func bent(_ link: Link, origin: String, host: String) -> String {
        switch link {
        case .foreign: "https://\(Foreign.host)/--home--/\(host)"
        case .unencrypted: "http://\(host)"
        case .user: "https://\(host)@\(Foreign.host)/--home--/\(host)"
        case .lookalike: "https://\(host).\(Foreign.host)/--home--/\(host)"
        case .protocolRelative: "//\(Foreign.host)/--home--/\(host)"
        case .otherPort: "https://\(host):8443"
        case .path, .query: ""
        }
    }

    /// From its request on, the pages before come again, in a circle of this length.
    static func circle(of period: Int) -> WireFault {
        let pages = Lock<[(HTTPResponse, [UInt8])]>([])
        return WireFault(
            what: "a circle of \(period) pages",
            spoil: { answer in
                if let known = pages.withLock({ $0.count >= period ? $0[$0.count - period] : nil }) {
                    pages.withLock { $0.append(known) }
                    var answer = known.0
                    answer.body = HTTPBody(known.1)
                    return answer
                }
                var answer = answer
                let body = try await answer.body.collect()
                pages.withLock { [answer] in $0.append((answer, body)) }
                answer.body = HTTPBody(body)
                return answer
            })
    }
}

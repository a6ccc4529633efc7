import Columns
import Foundation
import Tributary

/// Where the credentials of a run went.
extension Storm {
    /// The hosts that the calm read asks, with their schemes and ports.
    var homeOrigins: Set<String> { Set(read.journal.map { Self.origin($0.request.url) }) }

    /// No request to another origin than those of the calm read carries a secret.
    func mustKeepCredentialsHome() -> [Finding] {
        let canaries = weather.input.canaries
        for (index, entry) in journal.entries.enumerated() {
            let origin = Self.origin(entry.request.url)
            guard !homeOrigins.contains(origin), let what = Self.secret(in: entry.request, canaries) else { continue }
            return [
                finding(
                    expected: "credentials go to \(homeOrigins.sorted().joined(separator: ", ")) and nowhere else",
                    actual: "Request \(index) took a secret to \(origin), in \(what).",
                    witness: [canaries.masked("\(LoggedRequest(index: index, request: entry.request))")],
                    cause: "The source or its client follows an address that an answer names, with credentials and all."
                )
            ]
        }
        return []
    }

    /// The part of a request that holds a secret; nil when none does.
    static func secret(in request: HTTPRequest, _ canaries: Canaries) -> String? {
        for field in request.headers.fields {
            if case .secret(_, let secret) = field.value, !secret.isEmpty { return "the header field \(field.name)" }
            if canaries.leak(in: LoggedRequest.text(field.value)) != nil { return "the header field \(field.name)" }
            if ["authorization", "cookie"].contains(field.name.lowercased()) {
                return "the header field \(field.name)"
            }
        }
        for item in request.query {
            if case .secret = item.value { return "the parameter \(item.name)" }
            if canaries.leak(in: LoggedRequest.text(item.value)) != nil { return "the parameter \(item.name)" }
        }
        if canaries.leak(in: request.url) != nil { return "the URL" }
        if let body = request.body, canaries.leak(in: body) != nil { return "the body" }
        return nil
    }

    static func origin(_ url: String) -> String {
        guard let parts = URLComponents(string: url) else { return url }
        let usual = parts.scheme == "https" ? 443 : 80
        let port = parts.port.flatMap { $0 == usual ? nil : ":\($0)" } ?? ""
        return "\(parts.scheme ?? "")://\((parts.host ?? "").lowercased())\(port)"
    }
}

import Foundation
import Tributary

/// A database's address as one URL: `postgres://user:password@host:5432/database?sslmode=require`.
struct ConnectionString {
    private let parts: URLComponents

    /// - Throws: `SourceError` of kind `invalidConfig`, without the text, for it holds the password.
    init(_ text: Secret, schemes: Set<String>) throws {
        guard let parts = URLComponents(string: text.revealed), let scheme = parts.scheme, schemes.contains(scheme),
            let host = parts.host, !host.isEmpty
        else {
            throw SourceError(
                .invalidConfig, "Reading the connection string: it is not one of the form \(schemes.sorted()[0])://….",
                advice: "Write special characters in user and password as %XX, or use the single fields.")
        }
        self.parts = parts
    }

    /// Replaces what the string names.
    func apply(to endpoint: inout DatabaseEndpoint) throws {
        endpoint.host = parts.host.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) } ?? endpoint.host
        if let port = parts.port { endpoint.port = port }
        if let user = parts.user, !user.isEmpty { endpoint.user = user }
        if let password = parts.password { endpoint.password = Secret(password) }
        let database = parts.path.drop { $0 == "/" }
        if !database.isEmpty { endpoint.database = String(database) }
        if let mode = parts.queryItems?.first(where: { $0.name == "sslmode" })?.value {
            endpoint.tls = try Self.tls(mode)
        }
    }

    /// PostgreSQL's modes (manual, section "SSL Support", "SSL Mode Descriptions").
    private static func tls(_ mode: String) throws -> DatabaseEndpoint.TLS {
        switch mode {
        case "disable": .disabled
        case "allow", "prefer": .preferred
        case "require": .required
        case "verify-ca", "verify-full": .verified
        default:
            throw SourceError(
                .invalidConfig, "Reading the connection string: '\(mode)' is no sslmode.",
                advice: "Take disable, prefer, require or verify-full.")
        }
    }
}

import Cassettes
import Columns
import Foundation
import Logging
import Tributary

/// Secrets that get out, and addresses that should not be asked.
extension LedgerFault {
    static let security = [
        LedgerFault("credentials-inside-rows", "Puts the API key into each row.", .field) {
            $0.response = { response, _, config, _ in
                let key = JSONValue.string(config.apiKey.revealed)
                response.items = response.items.rewriting { $0["request_key"] = key }
            }
        },
        LedgerFault("secret-in-the-log", "Logs the API key.", .kit) {
            $0.context = { context, config in
                context.logger.info("Reading with the key \(config.apiKey.revealed).")
            }
        },
        LedgerFault("secret-encoded-in-the-log", "Logs the header field as it is sent, in base 64.", .kit) {
            $0.context = { context, config in
                let field = Data("key:\(config.apiKey.revealed)".utf8).base64EncodedString()
                context.logger.debug("Authorization: Basic \(field)")
            }
        },
        LedgerFault("end-of-the-key-in-the-log", "Logs the last six letters of the key.", .kit) {
            $0.context = { context, config in
                context.logger.info("Reading with the key …\(config.apiKey.revealed.suffix(6)).")
            }
        },
        LedgerFault("beginning-of-the-key-in-the-error", "Names the first ten letters of a key that is refused.", .kit)
        {
            $0.context = { context, config in
                context.http = NamingClient(base: context.http, named: "the key \(config.apiKey.revealed.prefix(10))…")
            }
        },
        LedgerFault(
            "reason-that-quotes-the-key-in-the-log", "Logs why a request was refused, in the upstream's own words.",
            .kit
        ) {
            $0.context = { context, _ in
                context.http = ReasonLoggingClient(base: context.http, logger: context.logger)
            }
        },
        LedgerFault(
            "credentials-in-the-validation-error", "Quotes the header field when a validation is refused.", .kit
        ) {
            $0.validate = { config, context in
                let field = Data("reader:\(config.apiKey.revealed)".utf8).base64EncodedString()
                var request = HTTPRequest(.get, LedgerSource.baseURL + "/v1/me")
                request.headers.set("Authorization", prefix: "Basic ", secret: Secret(field))
                let client = NamingClient(base: context.http, named: "Basic \(field)")
                _ = try await client.send(request)
            }
        },
        LedgerFault("secret-in-a-plain-header", "Sends the key a second time, in a field that is no secret.", .kit) {
            $0.context = { context, config in
                context.http = RewritingClient(base: context.http) { $0.headers["X-Trace"] = config.apiKey.revealed }
            }
        },
        LedgerFault("rows-in-the-log", "Logs each row.", .kit) {
            $0.response = { response, _, _, context in
                response.items = response.items.rewriting { row in
                    context.logger.debug("Read \(JSONValue.object(row).text).")
                }
            }
        },
        LedgerFault(
            "secret-in-error-message-url", "Names the URL, with the key in its query, when a request fails.", .field
        ) {
            $0.context = { context, config in
                context.http = ShowingClient(base: context.http, key: config.apiKey)
            }
        },
        LedgerFault("error-body-in-the-log", "Logs the body of each failed request.", .kit) {
            $0.context = { context, _ in
                context.http = BodyLoggingClient(base: context.http, logger: context.logger, intoError: false)
            }
        },
        LedgerFault("error-body-in-the-error", "Puts the body of a failed request into its error.", .kit) {
            $0.context = { context, _ in
                context.http = BodyLoggingClient(base: context.http, logger: context.logger, intoError: true)
            }
        },
        LedgerFault("report-to-another-host", "Reports each read to a service of the author's.", .kit) {
            $0.response = { _, inputs, _, context in
                let url = "https://telemetry.author.example/read?table=\(inputs.schema)"
                _ = try? await context.http.send(HTTPRequest(.get, url))
            }
        },
        LedgerFault(
            "key-of-the-first-connection-kept",
            "Keeps the key of the first connection in a static variable, and reads all others with it.", .kit
        ) {
            $0.context = { context, _ in context.http = FirstKeyClient(base: context.http) }
        },
        LedgerFault("failures-reported-to-another-host", "Reports each failure to a service of the author's.", .kit) {
            $0.context = { context, _ in
                context.http = ReportingClient(base: context.http, url: "https://errors.author.example/report")
            }
        },
        LedgerFault("base-url-without-encryption", "Asks over http.", .kit) {
            $0.context = { context, _ in
                context.http = RewritingClient(base: context.http) {
                    $0.url = $0.url.replacing("https://", with: "http://")
                }
            }
        },
        LedgerFault("certificates-unchecked-by-default", "Offers to check certificates, and does not by default.", .kit)
        {
            $0.source = AnySource(UncheckedSpecimen.self)
        },
        LedgerFault("token-left-in-the-recording", "Commits a recording with a genuine-looking token in a body.", .kit)
        {
            $0.fixture = { fixture in
                // Put together here, so that no scanner of this repository stops at it.
                let token = ["gh", "p_", "9fK2mQ7xR4tV8wZ1", "bN6cH3jL5pS0dG2yAe7U"].joined()
                fixture.files["bodies/me.json"] = Array(#"{"id": "me", "session": "\#(token)"}"#.utf8)
            }
        },
        LedgerFault("members-compared-with-each-other", "Looks at each member of a row once for each other.", .kit) {
            $0.context = { context, _ in context.http = ComparingClient(base: context.http) }
        },
    ]
}

/// Puts the key into the query, and the whole URL into the error.
private struct ShowingClient: HTTPClient {
    struct Failed: Error, CustomStringConvertible { let description: String }
    let base: any HTTPClient
    let key: Secret

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.send(request)
        guard response.status >= 500 else { return response }
        throw Failed(description: "Status \(response.status) came from \(request.url)?api_key=\(key.revealed)")
    }
}

/// Names who was refused.
private struct NamingClient: HTTPClient {
    let base: any HTTPClient
    let named: String

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.send(request)
        guard response.status == 401 else { return response }
        throw SourceError(.invalidCredentials, "Asking the upstream: it refused \(named).")
    }
}

/// Shows what an upstream said, all of it.
private struct BodyLoggingClient: HTTPClient {
    let base: any HTTPClient
    let logger: Logger
    let intoError: Bool

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        guard response.status >= 400 else { return response }
        let body = String(decoding: try await response.body.collect(), as: UTF8.self)
        if intoError {
            throw SourceError(.upstreamFailure, "Reading: status \(response.status) came with \(body)")
        }
        logger.error("Status \(response.status) came with \(body)")
        response.body = HTTPBody(Array(body.utf8))
        return response
    }
}

/// Logs the reason that an upstream gives, and nothing else of what it says.
private struct ReasonLoggingClient: HTTPClient {
    let base: any HTTPClient
    let logger: Logger

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        guard response.status >= 400 else { return response }
        let body = try await response.body.collect()
        let reason = (try? JSONValue(parsing: body))?["error"]?["message"]?.string ?? "no reason"
        logger.error("Status \(response.status) came: \(reason)")
        response.body = HTTPBody(body)
        return response
    }
}

/// Takes time with the square of the number of members.
private struct ComparingClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        let names = (try? JSONValue(parsing: body))?["data"]?.array?.first?.object?.names ?? []
        var seen: [String] = []
        for name in names where !seen.contains(name) { seen.append(name) }
        response.body = HTTPBody(body)
        return response
    }
}

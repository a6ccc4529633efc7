import Columns
import FlyingFox
import Foundation
import Tributary

/// The page's files, and what its script asks for.
struct PreviewRoutes: Sendable {
    let session: PreviewSession

    /// A request body is a config, which holds no more than an uploaded key file.
    private static let maxBody = 1 << 20

    func answer(_ request: FlyingFox.HTTPRequest) async -> FlyingFox.HTTPResponse {
        switch (request.method, request.path) {
        case (.GET, "/"): file("index", "html", "text/html; charset=utf-8")
        case (.GET, "/preview.css"): file("preview", "css", "text/css; charset=utf-8")
        case (.GET, "/preview.js"): file("preview", "js", "text/javascript; charset=utf-8")
        case (.GET, "/api/source"): await json { session.source }
        case (.GET, "/api/sample"): await json { await session.sample }
        case (.POST, "/api/validate"): await json { session.problems(try await body(request)) }
        case (.POST, "/api/credentials"): await json { try await session.credentials(try await body(request)) }
        case (.POST, "/api/schemas"): await json { try await session.schemas(try await body(request)) }
        case (.POST, "/api/sample"): await json { try await session.start(try await body(request)) }
        default: FlyingFox.HTTPResponse(statusCode: .notFound)
        }
    }

    private func body(_ request: FlyingFox.HTTPRequest) async throws -> Columns.JSONValue {
        guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
            throw SourceError(.invalidConfig, "Reading the request: its body must be application/json.")
        }
        var bytes: [UInt8] = []
        for try await chunk in request.bodySequence {
            bytes += chunk
            if bytes.count > Self.maxBody {
                throw SourceError(.invalidConfig, "Reading the request: its body is over \(Self.maxBody) bytes.")
            }
        }
        do {
            return try Columns.JSONValue(parsing: bytes)
        } catch {
            throw SourceError(.invalidConfig, "Reading the request: its body is not JSON: \(error)")
        }
    }

    private func json(_ value: () async throws -> Columns.JSONValue) async -> FlyingFox.HTTPResponse {
        do {
            return response(.ok, try await value())
        } catch let error as SourceError {
            return response(.unprocessableContent, PreviewText.problem(error))
        } catch {
            return response(.unprocessableContent, ["message": .string("\(error)")])
        }
    }

    private func response(_ status: HTTPStatusCode, _ value: Columns.JSONValue) -> FlyingFox.HTTPResponse {
        FlyingFox.HTTPResponse(
            statusCode: status, headers: Self.headers("application/json"), body: Data(value.serialized()))
    }

    private func file(_ name: String, _ kind: String, _ type: String) -> FlyingFox.HTTPResponse {
        guard let url = Bundle.module.url(forResource: name, withExtension: kind, subdirectory: "Page"),
            let data = try? Data(contentsOf: url)
        else { return FlyingFox.HTTPResponse(statusCode: .notFound) }
        return FlyingFox.HTTPResponse(statusCode: .ok, headers: Self.headers(type), body: data)
    }

    /// Nothing of another origin is loaded, nothing is kept, nobody frames the page.
    private static func headers(_ type: String) -> FlyingFox.HTTPHeaders {
        FlyingFox.HTTPHeaders([
            .contentType: type,
            HTTPHeader("Cache-Control"): "no-store",
            HTTPHeader("X-Content-Type-Options"): "nosniff",
            HTTPHeader("Referrer-Policy"): "no-referrer",
            HTTPHeader("Content-Security-Policy"):
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ])
    }
}

extension HTTPStatusCode {
    /// RFC 9110, 15.5.21.
    fileprivate static let unprocessableContent = HTTPStatusCode(422, phrase: "Unprocessable Content")
}

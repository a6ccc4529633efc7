import Foundation
import TestSupport
import Testing
import Tributary

@Suite("A complete source of the table kind")
struct HarbourSourceTests {
    private let key: JSONValue = [
        "workspace": "acme", "authentication": ["selection": "api_key", "api_key": "hk_live_123"],
    ]

    private func configured(_ stored: JSONValue? = nil) throws -> ConfiguredSource {
        try SourceRegistry([HarbourSource.self]).source("Harbour").configure(stored ?? key)
    }

    @Test("is no longer than sixty lines and imports one module")
    func size() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "HarbourSource.swift")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { !$0.isEmpty }.count <= 60)
        #expect(lines.filter { $0.hasPrefix("import") } == ["import Tributary"])
        #expect(HarbourSource.Config.declarationProblems.isEmpty)
    }

    @Test("offers the tables of its endpoints")
    func schemas() async throws {
        let schemas = try await configured().schemas(in: .testing())
        #expect(schemas.map(\.name) == ["berths", "invoices", "invoice_lines"])
        #expect(schemas.map(\.supportsIncremental) == [false, true, false])
        #expect(schemas[2].primaryKeys == ["invoice_id", "id"])
    }

    @Test("shows who it is with the key of its config, and reads a table")
    func read() async throws {
        let http = ScriptedHTTPClient(.json(["data": [["id": 1]], "meta": [:]]))
        let response = try await configured().read(SourceInputs(schema: "invoices"), in: .testing(http: http))
        #expect(try await Reading.run(response).rows == [["id": 1]])
        #expect(response.partitioning == .datetime("created_at", by: .month))
        #expect(http.requests[0].url == "https://acme.harbour.example/v2/invoices")
        #expect(http.requests[0].headers["authorization"] == "Bearer hk_live_123")
    }

    @Test("a genuine key is accepted although one permission is missing; a wrong one is not")
    func credentials() async throws {
        let forbidden = ScriptedHTTPClient(.json([:], status: 403))
        try await configured().validateCredentials(in: .testing(http: forbidden))
        #expect(forbidden.requests[0].path == "/v2/me")
        let refused = await #expect(throws: SourceError.self) {
            try await configured().validateCredentials(in: .testing(http: ScriptedHTTPClient(.json([:], status: 401))))
        }
        #expect(refused?.kind == .invalidCredentials)
        #expect(refused?.trail == ["source Harbour"])
    }

    @Test("the permission on one table is asked for by its first page, of a child as well")
    func credentialsOfTable() async throws {
        let http = ScriptedHTTPClient { request in
            request.path.hasSuffix("/lines") ? .json([:], status: 403) : .json(["data": [["id": 7]]])
        }
        try await configured().validateCredentials(schema: "invoices", in: .testing(http: http))
        let error = await #expect(throws: SourceError.self) {
            try await configured().validateCredentials(schema: "invoice_lines", in: .testing(http: http))
        }
        #expect(error?.kind == .permissionDenied)
        #expect(error?.trail == ["schema invoice_lines", "source Harbour"])
        #expect(http.requests.map(\.path) == ["/v2/invoices", "/v2/invoices", "/v2/invoices/7/lines"])
    }

    @Test("an error while rows come names source and schema, and loses the key that the upstream quotes")
    func errorsOfItems() async throws {
        let http = ScriptedHTTPClient(.json(["message": "no such key hk_live_123"], status: 401))
        let response = try await configured().read(SourceInputs(schema: "berths"), in: .testing(http: http))
        let error = await #expect(throws: SourceError.self) { try await Reading.run(response) }
        #expect(error?.trail == ["schema berths", "source Harbour"])
        #expect(error?.description.contains("hk_live_123") == false)
    }
}

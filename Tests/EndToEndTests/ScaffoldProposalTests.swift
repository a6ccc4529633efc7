import Foundation
import Testing

/// Packages outside of this one, and sources that an OpenAPI document proposes.
@Suite(.timeLimit(.minutes(2))) struct ScaffoldProposalTests {
    @Test("a package of sources is made whole, takes sources, and is never overwritten")
    func newPackage() throws {
        let room = try ScaffoldRoom(isEmpty: true)
        let place = room.url.appending(path: "acme-sources")
        let made = try room.tool.run("new-package", place.path)
        #expect(made.status == 0, "\(made.errors)")
        let added = try room.tool.run("new-source", "acme", "--package", place.path, "--table", "items:id:updated_at")
        #expect(added.status == 0, "\(added.errors)")
        let registry = try room.text("acme-sources/Sources/AcmeSources/Registry.swift")
        #expect(registry.contains("        AcmeSource.self\n"))
        #expect(
            try room.text("acme-sources/Sources/AcmeSources/Acme/AcmeSource.swift").contains("struct AcmeSource"))
        #expect(try room.text("acme-sources/Package.swift").contains("path: \"\(CommandLineTool.root.path)\""))
        #expect(try room.text("acme-sources/.github/workflows/ci.yml").contains("swift test"))
        #expect(try room.tool.run("new-package", place.path).status == 64)
        #expect(try room.tool.run("new-source", "shop", "--kind", "sql", "--package", place.path).status == 64)
        #expect(try room.tool.run("new-package", room.url.appending(path: "7up").path).status == 64)
    }

    @Test("an OpenAPI document proposes tables, keys, paging, types and authorization", arguments: ["yaml", "json"])
    func openAPI(_ format: String) throws {
        let room = try ScaffoldRoom()
        let file = room.url.appending(path: "api.\(format)")
        try Data((format == "yaml" ? Self.yaml : Self.json).utf8).write(to: file)
        let result = try room.scaffold("harbour", "--from-openapi", file.path)
        #expect(result.status == 0, "\(result.errors)")
        let source = try room.text("Sources/SourceCatalog/Harbour/HarbourSource.swift")
        #expect(source.contains("label: \"Harbour API\""))
        #expect(source.contains("https://eu.harbour.example/v2"))
        #expect(source.contains("header: \"X-Harbour-Key\""))
        #expect(source.contains(".cursor(parameter: \"after\", from: \"meta.next_cursor\")"))
        #expect(source.contains("PageSize(\"page_size\", 50)"))
        #expect(source.contains("\"berths\", path: \"/port/berths\", primaryKeys: [\"id\"], rows: \"data\""))
        #expect(source.contains(".datetime(\"updated_at\", parameter: \"updated_since\""))
        #expect(source.contains("partitioning: .datetime(\"created_at\", by: .month)"))
        #expect(source.contains("\"built_on\": .date32"))
        #expect(result.errors.contains("/port/berths/{id}/ships"))
    }

    private static let yaml = """
        openapi: 3.0.3
        info: {title: Harbour API, version: "2"}
        servers:
          - url: https://{region}.harbour.example/v2/
            variables: {region: {default: eu}}
        security: [{key: []}]
        paths:
          /port/berths:
            get:
              parameters:
                - {name: after, in: query, schema: {type: string}}
                - {name: page_size, in: query, schema: {type: integer, maximum: 50}}
                - {$ref: '#/components/parameters/Since'}
              responses:
                '200':
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: '#/components/schemas/Berth'}}
                          meta: {type: object, properties: {next_cursor: {type: string}}}
          /port/berths/{id}/ships:
            get: {responses: {'200': {description: Ships}}}
        components:
          securitySchemes: {key: {type: apiKey, in: header, name: X-Harbour-Key}}
          parameters:
            Since: {name: updated_since, in: query, schema: {type: string, format: date-time}}
          schemas:
            Berth:
              allOf:
                - {type: object, properties: {id: {type: string}}}
                - type: object
                  properties:
                    updated_at: {type: string, format: date-time}
                    created_at: {type: string, format: date-time}
                    built_on: {type: string, format: date}
        """

    private static let json = """
        {"openapi": "3.1.0", "info": {"title": "Harbour API", "version": "2"},
         "servers": [{"url": "https://eu.harbour.example/v2"}],
         "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Harbour-Key"}}},
         "paths": {
          "/port/berths/{id}/ships": {"get": {"responses": {}}},
          "/port/berths": {"get": {"parameters": [
            {"name": "after", "in": "query"}, {"name": "updated_since", "in": "query"},
            {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 50}}],
           "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {
             "data": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"},
               "updated_at": {"type": "string", "format": "date-time"},
               "created_at": {"type": "string", "format": "date-time"},
               "built_on": {"type": "string", "format": "date"}}}},
             "meta": {"type": "object", "properties": {"next_cursor": {"type": "string"}}}}}}}}}}}}}
        """
}

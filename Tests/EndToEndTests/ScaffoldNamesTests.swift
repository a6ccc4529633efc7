import Foundation
import Testing

/// What `scaffold new-source` can be told of an API that does things in its own way.
@Suite(.timeLimit(.minutes(2))) struct ScaffoldNamesTests {
    @Test("what an API calls the parts of its lists is in the source and in its first scenario")
    func namesOfTheAPI() throws {
        let room = try ScaffoldRoom.made(
            "acme", "--pagination", "header", "--next", "X-Next", "--rows", "result.items", "--page-size",
            "_limit",
            "--order-by", "_sort", "--table", "items=/shop/items:id:changed=changed[gte]")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        for part in [
            #"path: "/shop/items", primaryKeys: ["id"], rows: "result.items""#,
            #".datetime("changed", parameter: "changed[gte]", query: ["_sort": "changed"])"#,
            #"paginator: .nextURL(header: "X-Next"), pageSize: PageSize("_limit", 100)"#, #""/shop/items?_limit=1""#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        let model = try room.text("Fixtures/acme/example/model.json")
        #expect(model.contains("X-Next") && model.contains("_sort") && model.contains("changed[gte]"), "\(model)")
        for wrong in ["items=shop:id", "items=/a b:id", "items:id:changed=a&b"] {
            #expect(try room.scaffold("other", "--table", wrong).status != 0, "\(wrong)")
        }
    }

    @Test("a search by POST has its parameters in a body, its total in a header, its times as numbers")
    func searches() throws {
        let room = try ScaffoldRoom.made(
            "acme", "--method", "post", "--pagination", "offset", "--next", "header:X-Total", "--position",
            "paging.offset", "--page-size", "paging.limit", "--order-by", "sort.by", "--order-by", "sort.way=asc",
            "--table", "items=/items/search:id:changed=filter.since@epoch-milliseconds")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        for part in [
            #"path: "/items/search", method: .post"#,
            #""changed", parameter: .body("filter.since"), format: .epochMilliseconds"#,
            #"body: ["sort.by": "changed", "sort.way": "asc"]"#, #"total: .header("X-Total")"#,
            #"RESTRequest(.post, probe, body: ["paging": ["limit": 1]])"#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        let recording = try room.text("Fixtures/acme/example/t0.har")
        #expect(recording.contains("X-Total") && !recording.contains("?"), "\(recording)")
        let model = try room.text("Fixtures/acme/example/model.json").replacing(/\s+/, with: "")
        #expect(
            model.contains(#""headers":{"X-Total":"$total"}"#) && model.contains(#""sort.by+sort.way":{"changed+asc""#))
    }

    @Test(
        "a key's header, constants, a bound within a text and lists under their tables' names are written and recorded")
    func partsOfTheirOwn() throws {
        let room = try ScaffoldRoom.made(
            "tracker", "--auth", "api-key", "--api-key-in", "header:X-Tracker-Key", "--pagination", "offset",
            "--rows", "{table}", "--query", "f=json", "--header", "X-Version=2026-01", "--table",
            "issues=/issues.json:id:updated_on=updated_on=>={value}")
        let source = try room.text("Sources/SourceCatalog/Tracker/TrackerSource.swift")
        for part in [
            #"header: "X-Tracker-Key""#, #"query: ["f": "json"]"#, #"rows: "issues""#,
            #"headers: ["X-Version": "2026-01"]"#, #"parameter: "updated_on", template: ">={value}""#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        #expect(try room.text("Fixtures/tracker/example/t0.har").contains("/issues.json?offset=0&limit=100&f=json"))
        #expect(try room.text("Fixtures/tracker/example/model.json").contains(#""template" : ">={value}""#))
    }

    @Test(
        "how numbered pages end is told by the name of the place, or by short pages",
        arguments: [
            ("total", #"total: "total""#), ("meta.page_count", #"totalPages: "meta.page_count""#),
            ("has_more", #"hasMore: "has_more""#), ("", #".pageNumber(parameter: "page"), pageSize"#),
        ])
    func endOfPages(_ next: String, _ part: String) throws {
        let room = try ScaffoldRoom.made("acme", "--pagination", "page", "--next", next, "--order-by", "")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(part), "\(source)")
    }

    @Test(
        "an option that does not go with the others is told with what does",
        arguments: [
            (["--pagination", "cursor", "--next", ""], "only offsets and pages"),
            (["--pagination", "next-url", "--next", "header:X"], "--pagination header"),
            (["--method", "post", "--kind", "file"], "only a source of kind rest"),
            (["--table", "items:id:at@epoch"], "epoch-seconds"),
            (["--order-by", "sort={field"], "{field}:asc"), (["--query", "format"], "format=json"),
            (["--header", "Accept"], "is no header"), (["--header", "Authorization=x"], "--auth"),
            (["--api-key-in", "header:X-Key"], "--auth api-key"),
            (["--table", "lines=/orders/{orders.id}/lines:id"], "give orders by --table"),
            (["--table", "lines=/orders/{orders.id}/lines/{lines.id}:id"], "FanOut.md"),
            (["--table", "lines=/orders/{orders}/lines:id"], "FanOut.md"),
            (["--table", "a:id", "--table", "b=/a/{a.id}/b:id", "--table", "c=/b/{b.id}/c:id"], "FanOut.md"),
            (["--method", "post", "--table", "a:id", "--table", "b=/a/{a.id}/b:id"], "by GET alone"),
            (["--table", "items:id:at=filter=at>=value"], ">={value}"),
            (["--kind", "graphql", "--rows", "data.items"], "part of the query"),
            (["--kind", "graphql", "--table", "items:id:at=since"], "part of the query"),
            (["--kind", "graphql", "--table", "items=/a:id", "--table", "lines=/b:id"], "one path"),
            (["--from-openapi", "https://acme.example/openapi.json"], "curl -o openapi.json"),
        ])
    func options(_ options: [String], _ told: String) throws {
        let result = try ScaffoldRoom().scaffold(["acme"] + options)
        #expect(result.status != 0 && result.errors.contains(told), "\(result.errors)")
    }

    @Test("a table that is asked for by the rows of another has their field in its key, and comes behind them")
    func childTable() throws {
        let room = try ScaffoldRoom.made(
            "acme", "--table", "lines=/orders/{orders.id}/lines:number", "--table", "orders:id")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(
            source.contains(#"path: "/orders/{orders.id}/lines", primaryKeys: ["_orders_id", "number"]"#), "\(source)")
        #expect(source.contains(#"parent: "orders""#) && source.contains(#"let probe = "/orders?"#), "\(source)")
        let model = try room.text("Fixtures/acme/example/model.json")
        #expect(model.contains(#""_orders_id" : "id""#) && model.contains("/orders/{_orders_id}/lines"), "\(model)")
        #expect(try room.text("Fixtures/acme/example/t0.har").contains("/v1/orders/ord_113/lines"))
    }
}

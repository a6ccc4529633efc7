import TestSupport
import Testing
import Tributary

@Suite("Declarations of endpoints")
struct EndpointDeclarationTests {
    @Test("all mistakes are listed at once")
    func mistakes() {
        let endpoints = [
            RESTEndpoint("a", path: "/a", primaryKeys: [], rows: "", incremental: [.datetime("t", parameter: "since")]),
            RESTEndpoint("a", path: "/a", primaryKeys: ["id"], rows: ""),
            RESTEndpoint(
                "b", path: "/b", primaryKeys: ["id"], rows: "", incremental: [RESTIncremental(.datetime("t"))]),
            RESTEndpoint(
                "c", path: "/c", primaryKeys: ["id"], rows: "",
                incremental: [RESTIncremental(.datetime("t"), stopsAtWatermark: true)]),
            RESTEndpoint("d", path: "/d/{nobody.id}", primaryKeys: ["id"], rows: "", parent: "nobody"),
            RESTEndpoint("e", path: "/e/{x.id}", primaryKeys: ["id"], rows: "", parent: "b"),
            RESTEndpoint("f", path: "/f", primaryKeys: ["id"], rows: "", parent: "b"),
            RESTEndpoint("g", path: "/g/{g.id}", primaryKeys: ["id"], rows: "", parent: "g"),
        ]
        #expect(
            RESTEndpoint.declarationProblems(endpoints) == [
                "endpoint a: it has cursor fields and no primary key, so increments cannot be merged",
                "endpoint a: two endpoints have this name",
                "endpoint b: 't' has neither a bound that the upstream takes nor a stop at the watermark",
                "endpoint c: 't' stops at the watermark, which needs rows that come newest first",
                "endpoint d: its parent 'nobody' is no endpoint", "endpoint e: '{x.id}' is no field of a parent",
                "endpoint f: it has a parent and uses none of its fields", "endpoint g: its parents run in a circle",
            ])
    }

    @Test("a sound table has none, and a source shows those of its own")
    func sound() {
        #expect(RESTEndpoint.declarationProblems(HarbourSource.endpoints).isEmpty)
        #expect(AnySource(HarbourSource.self).declarationProblems.isEmpty)
    }

    @Test("a list without a bound does not offer appends, which would append old rows again")
    func noAppend() {
        let endpoint = RESTEndpoint(
            "x", path: "/x", primaryKeys: ["id"], rows: "", incremental: [.newestFirst(.datetime("t"))])
        #expect(endpoint.schema.supportsIncremental && !endpoint.schema.supportsAppend)
        #expect(HarbourSource.endpoints[1].schema.supportsAppend)
    }
}

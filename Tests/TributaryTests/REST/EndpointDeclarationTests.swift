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
            RESTEndpoint(
                "c2", path: "/c", primaryKeys: ["id"], rows: "",
                incremental: [
                    RESTIncremental(
                        .datetime("t"), start: RESTIncremental.Bound("since", template: "{value:MM-dd HH:mm}"))
                ]),
            RESTEndpoint(
                "c3", path: "/c", primaryKeys: ["id"], rows: "",
                incremental: [
                    RESTIncremental(
                        .datetime("t"), start: RESTIncremental.Bound("since", template: "{value:yyyy-MM-dd HH:mm}"))
                ]),
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
                "endpoint c2: 't': the pattern 'MM-dd HH:mm' lacks yyyy",
                "endpoint c3: 't': the pattern 'yyyy-MM-dd HH:mm' has a time without ss",
                "endpoint d: its parent 'nobody' is no endpoint", "endpoint e: '{x.id}' is no field of a parent",
                "endpoint f: it has a parent and uses none of its fields", "endpoint g: its parents run in a circle",
            ])
    }

    @Test("what is lifted has a name of its own and a path within the row")
    func lifting() {
        func problems(_ lifting: KeyValuePairs<String, String>) -> [String] {
            RESTEndpoint.declarationProblems([
                RESTEndpoint("a", path: "/a", primaryKeys: ["id"], rows: ""),
                RESTEndpoint(
                    "b", path: "/a/{a.id}", primaryKeys: ["id"], rows: "", lifting: lifting,
                    parent: RESTParent("a", columns: ["id": "a_id"])),
            ])
        }
        #expect(problems(["id": "info.run_id", "at": "info.at"]).isEmpty)
        #expect(
            problems(["id": "info.id", "Id": "x.y", "a_id": "x.z", "": "x.y", "k": "a..b", "user": "user.id"]) == [
                "endpoint b: it lifts 'x.y' into the column 'Id', which is there twice then",
                "endpoint b: it lifts 'x.z' into the column 'a_id', which is there twice then",
                "endpoint b: it lifts 'x.y' into a column without a name",
                "endpoint b: 'a..b' is no path within a row that could be lifted, such as 'user.id'",
                "endpoint b: it lifts 'user.id' into the column 'user', which rows have as a member already",
            ])
    }

    @Test("a field inside a parent's row is named by the parent too, and the message says how")
    func nestedParentFields() {
        func problems(_ columns: [String: String]) -> [String] {
            RESTEndpoint.declarationProblems([
                RESTEndpoint(
                    "issues", path: "/issues", primaryKeys: ["id"], rows: "", lifting: ["id": "node.id"]),
                RESTEndpoint(
                    "comments", path: "/issues/{issues.node.id}/comments", primaryKeys: ["issue_id", "id"], rows: "",
                    parent: RESTParent("issues", columns: columns)),
            ])
        }
        #expect(
            problems(["node.id": "issue_id"]) == [
                "endpoint comments: '{node.id}' is no field of a parent: within a row of issues it is 'issues.node.id', "
                    + "or a column that issues lifts"
            ])
        #expect(problems(["issues.node.id": "issue_id"]).isEmpty && problems(["id": "issue_id"]).isEmpty)
    }

    @Test("a body that names what is no parent's field is a mistake; braces of its own are none")
    func bodies() {
        func problems(_ text: String) -> [String] {
            RESTEndpoint.declarationProblems([
                RESTEndpoint("a", path: "/a", primaryKeys: ["id"], rows: ""),
                RESTEndpoint(
                    "b", path: "/b", method: .post, primaryKeys: ["id"], rows: "", parent: "a",
                    body: ["ids": ["{a.id}"], "x": ["q": .string(text)]]),
            ])
        }
        #expect(problems("{a.id}").isEmpty)
        #expect(problems("query{viewer{id} a { b.c }}").isEmpty)
        #expect(problems("{stranger.id}") == ["endpoint b: '{stranger.id}' is no field of a parent"])
    }

    @Test("a parameter that names what is no parent's field is a mistake; a condition in JSON has braces of its own")
    func parameters() {
        func problems(_ text: String) -> [String] {
            RESTEndpoint.declarationProblems([
                RESTEndpoint("a", path: "/a", primaryKeys: ["id"], rows: ""),
                RESTEndpoint(
                    "b", path: "/b/{a.id}", primaryKeys: ["id"], rows: "", parent: "a", query: ["filter": text]),
            ])
        }
        #expect(problems(#"[{"field":"id","operator":">","value":0}]"#).isEmpty)
        #expect(problems(#"{"parent":"{a.id}"}"#).isEmpty)
        #expect(problems("{stranger}") == ["endpoint b: '{stranger}' is no field of a parent"])
        #expect(problems(#"{"parent":"{b.id}"}"#) == ["endpoint b: '{b.id}' is no field of a parent"])
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

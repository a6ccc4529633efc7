import Testing

@testable import Cassettes

@Suite struct ListIdentityTests {
    private func list(_ url: String, _ body: String = "") -> ListIdentity {
        ListIdentity(method: body.isEmpty ? "GET" : "POST", url: "https://api.test" + url, body: Array(body.utf8))
    }

    @Test(
        "pages, sizes and bounds are of one list",
        arguments: [
            ("/a?page=1", "/a?page=2"), ("/a?limit=5", "/a?limit=100&cursor=x"), ("/a", "/a?starting_after=t1"),
            ("/a?q=id%20%3E%200&f%5Bx%5D=1", "/a?q=id+%3E+0&f[x]=1&page=2"),
            ("/a?created[gte]=10", "/a?created[gte]=20"), ("/a?at=2026-01-01T00:00:00Z", "/a?at=2026-02-01T00:00:00Z"),
        ])
    func one(_ first: String, _ second: String) {
        #expect(list(first) == list(second))
    }

    @Test(
        "lists of one path are told apart by what names their parent, in the query or the body, and by their query text"
    )
    func several() {
        #expect(list("/tasks?project=1") != list("/tasks?project=2"))
        #expect(list("/tasks?project=1&project=3") != list("/tasks?project=2&project=3"))
        #expect(list("/runs", #"{"of": ["1"], "page_token": "a"}"#) == list("/runs", #"{"of": ["1"]}"#))
        #expect(list("/runs", #"{"of": ["1"]}"#) != list("/runs", #"{"of": ["2"]}"#))
        #expect(list("/graphql", #"{"query": "{ a }"}"#) != list("/graphql", #"{"query": "{ b }"}"#))
        #expect(
            list("/graphql", #"{"query": "{ a }", "variables": {"after": "x"}}"#)
                == list("/graphql", #"{"query": "{ a }", "variables": {"first": 5}}"#))
    }
}

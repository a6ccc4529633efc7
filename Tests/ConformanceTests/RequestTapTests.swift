import Columns
import Testing
import Tributary

@testable import Conformance

@Suite struct RequestTapTests {
    @Test("parameters are changed wherever a request has them: in its query, its URL and its body")
    func changed() throws {
        var request = HTTPRequest(.post, "https://api.example/v1/notes?since=1&kept=2")
        request.query = [QueryItem("since", "1"), QueryItem("sort", "id")]
        request.body = Array(#"{"filter":{"since":"1","n":1},"sort":["id"],"gone":null}"#.utf8)
        let changed = request.changingParameters { name, text in
            switch name {
            case "since", "filter.since", "filter.n": text + "0"
            case "sort": nil
            default: text
            }
        }
        #expect(changed.url == "https://api.example/v1/notes?since=10&kept=2")
        #expect(changed.query.map(\.name) == ["since"])
        let body = try #require(changed.body)
        #expect(String(decoding: body, as: UTF8.self) == #"{"filter":{"since":"10","n":10},"gone":null}"#)
    }

    @Test("a bound within a text is changed, and a text of another form is left as it is")
    func bound() {
        let filter = ModelDeclaration.Filter(
            parameter: "filter", template: "at >= {value}", field: "at", comparison: .greaterOrEqual)
        #expect(filter.changingBound(in: "at >= 12") { $0 + "0" } == "at >= 120")
        #expect(filter.changingBound(in: "at > 12") { $0 + "0" } == "at > 12")
    }
}

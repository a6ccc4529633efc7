import Columns
import Conformance
import Foundation
import Testing
import Tributary

/// What `model.json` may say, and what it is told where it says something else.
@Suite struct ModelDeclarationTests {
    private static func problem(_ text: String) -> String? {
        do {
            _ = try ModelDeclaration(try JSONValue(parsing: Array(text.utf8)), file: "shop/orders/model.json")
            return nil
        } catch {
            return (error as? SourceError)?.message ?? "\(error)"
        }
    }

    private static func model(endpoint: String, collection: String = "") -> String {
        #"{"collections": {"a": {"key": "id"\#(collection)}}, "endpoints": [{"path": "/a", "collection": "a"\#(endpoint)}]}"#
    }

    @Test(
        "what nobody reads is an error that says where it stands and what is known",
        arguments: [
            (#", "filter": []"#, "", ["endpoints[0].filter", "filters"]),
            (
                #", "filters": [{"parameter": "since", "field": "at", "comparision": ">"}]"#, "",
                ["filters[0].comparision"]
            ),
            (#", "filters": [{"parameter": "since", "field": "at", "comparison": "gte"}]"#, "", ["comparison", ">="]),
            (#", "filters": [{"parameter": "since", "field": "at", "comparison": 1}]"#, "", ["filters[0].comparison"]),
            (
                #", "filters": [{"parameter": "q", "template": "at >= {bound}", "field": "at"}]"#, "",
                ["filters[0].template", "{value}"]
            ),
            (
                #", "filters": [{"parameter": "to", "field": "at", "wholeDays": true, "wholeSeconds": true}]"#, "",
                ["filters[0].wholeDays", "one of the two"]
            ),
            (#", "envelope": {"data": "$rows", "meta": {"next": "$cursor"}}"#, "", ["envelope.meta.next", "$next?"]),
            (#", "envelope": {"data": "$rows", "of": "$total?"}"#, "", ["envelope.of", "$rows?"]),
            (#", "page": {"style": "pages"}"#, "", ["page.style", "last-key"]),
            (#", "page": {"style": "offset", "maximum": "100"}"#, "", ["page.maximum", "an integer"]),
            (#", "page": {"alwaysLeadsOn": "yes"}"#, "", ["page.alwaysLeadsOn", "true or false"]),
            ("", #", "cursorMoves": true"#, ["collections.a.cursorMoves", "cursorMovesOnUpdate"]),
            ("", #", "from": [{"path": "/a", "row": "data"}]"#, ["collections.a.from[0].row"]),
        ])
    func strict(_ endpoint: String, _ collection: String, _ words: [String]) throws {
        let message = try #require(Self.problem(Self.model(endpoint: endpoint, collection: collection)))
        for word in ["shop/orders/model.json"] + words { #expect(message.contains(word), "\(message)") }
    }

    @Test("notes of one's own are free, and a literal that only looks alike is kept")
    func free() {
        let endpoint = #", "_note": "by hand", "envelope": {"data": "$rows", "next": "$next?", "price": "$5"}"#
        #expect(Self.problem(Self.model(endpoint: endpoint)) == nil)
    }

    @Test("each example of the documentation is a model")
    func documented() throws {
        let page = Material.root.appending(path: "Documentation/Tributary.docc/ModelOfAnUpstream.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let blocks = text.components(separatedBy: "```json\n").dropFirst().map { block in
            block.components(separatedBy: "\n```")[0]
        }
        #expect(blocks.count == 6)
        for block in blocks { #expect(Self.problem(block) == nil) }
        for style in ModelDeclaration.Page.Style.allCases { #expect(text.contains("`\(style.rawValue)`")) }
        for comparison in ModelDeclaration.Filter.Comparison.allCases {
            #expect(text.contains("`\(comparison.rawValue)`"))
        }
    }
}

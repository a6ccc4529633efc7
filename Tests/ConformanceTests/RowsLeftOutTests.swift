import Columns
import Testing

@testable import Conformance

@Suite struct RowsLeftOutTests {
    private func rows(_ notes: [JSONValue]) -> [JSONObject] {
        notes.enumerated().map { ["id": .number(JSONNumber(Int64($0))), "note": $1] }
    }

    @Test("rows that share a flag, a null or a value are told by it")
    func shared() {
        #expect(RowsLeftOut.cause(rows([true, true]), rows([false]))?.contains("note is true") == true)
        #expect(RowsLeftOut.cause(rows([.null, .null]), rows(["a", "b"]))?.contains("note is null") == true)
        #expect(RowsLeftOut.cause(rows(["a", "b"]), rows([.null, .null]))?.contains("have a value in note") == true)
        // One row that lacks may lack for any reason, and what others have too tells nothing.
        #expect(RowsLeftOut.cause(rows([.null]), rows(["a", "b"])) == nil)
        #expect(RowsLeftOut.cause(rows([.null, .null]), rows([.null, "b"])) == nil)
    }

    @Test(
        "rows are told by their places on pages of three",
        arguments: [
            ([0, 3, 6], "first of each page"), ([2, 5, 7], "last of each page"), ([2, 5], "last of each page"),
            ([6, 7], "last page"), ([0, 1, 2], "first page"), ([0], "first row"), ([7], "last row"),
        ])
    func places(_ lost: [Int], _ words: String) {
        #expect(RowsLeftOut.cause(places: lost, of: 8, page: 3)?.contains(words) == true)
    }

    @Test("rows that lack from a page on are told as the end of the read")
    func endOfRead() {
        #expect(RowsLeftOut.cause(places: [1], of: 2, page: 1)?.contains("ends after 1 page,") == true)
        #expect(RowsLeftOut.cause(places: [3, 4, 5, 6, 7], of: 8, page: 3)?.contains("ends after 1 page,") == true)
    }

    @Test("places without a pattern tell nothing")
    func noPattern() {
        #expect(RowsLeftOut.cause(places: [1, 4, 5], of: 8, page: 3) == nil)
        #expect(RowsLeftOut.cause(places: [], of: 8, page: 3) == nil)
        #expect(RowsLeftOut.cause(places: [2, 5, 7], of: 8, page: nil) == nil)
    }

    private func row(_ id: Int, _ members: JSONObject) -> JSONObject {
        var row: JSONObject = ["id": .number(JSONNumber(Int64(id)))]
        for member in members.members { row[member.name] = member.value }
        return row
    }

    @Test("a flag that all of them have and no other is named")
    func flag() {
        let gone = [row(1, ["archived": true]), row(2, ["archived": true])]
        let cause = RowsLeftOut.cause(gone, [row(3, ["archived": false])])
        #expect(cause?.contains("whose archived is true") == true)
    }

    @Test("nothing is named where others have it too, or where one row says nothing")
    func chance() {
        let gone = [row(1, ["archived": true]), row(2, ["archived": true])]
        #expect(RowsLeftOut.cause(gone, gone) == nil)
        #expect(RowsLeftOut.cause([gone[0]], [row(3, ["archived": false])]) == nil)
        let drafts = [row(1, ["status": "draft"]), row(2, ["status": "draft"])]
        #expect(RowsLeftOut.cause(drafts, [row(3, ["status": "sent"])]) == nil)
        #expect(RowsLeftOut.cause(drafts + [row(4, ["status": "draft"])], [row(3, ["status": "sent"])]) != nil)
    }
}

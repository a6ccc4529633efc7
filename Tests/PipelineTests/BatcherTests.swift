import Columns
import Testing
import Tributary

@testable import Pipeline

/// A batcher that can be fed inside an expectation.
private final class BatcherBox {
    private var batcher: Batcher

    init(rows: Int, bytes: Int = 1 << 20) {
        batcher = Batcher(maximumRows: rows, maximumBytes: bytes, hints: [:], primaryKeys: ["id"])
    }

    func take(_ item: Item?, resume: ResumeToken?) throws -> [Batch] { try batcher.take(item, resume: resume) }
    func flush() -> [Batch] { batcher.flush() }
}

@Suite("Batcher") struct BatcherTests {
    private func page(_ ids: ClosedRange<Int>) -> Item {
        let rows = ids.map { "{\"id\":\($0)}" }.joined(separator: ",")
        return .json(Array("{\"data\":[\(rows)]}".utf8), rows: "data")
    }

    private func token(_ number: Int64) -> ResumeToken { ResumeToken(.number(JSONNumber(number))) }

    /// Rows and token of each batch, for example `3 t1@2`: three rows, and token 1 covers two of them.
    private func text(_ batches: [Batch]) -> [String] {
        batches.map { batch in
            "\(batch.rowCount)" + (batch.position.map { " t\($0.token.value.text)@\($0.rows)" } ?? "")
        }
    }

    @Test("a page with more rows than a batch may have is split, and its token stays with its last row")
    func splitPage() throws {
        let batcher = BatcherBox(rows: 4)
        #expect(try text(batcher.take(page(1...10), resume: token(1))) == ["4", "4"])
        #expect(text(batcher.flush()) == ["2 t1@2"])
        #expect(batcher.flush().isEmpty)
    }

    @Test("a token never runs ahead of rows that wait for the next batch")
    func tokensInBatch() throws {
        let batcher = BatcherBox(rows: 4)
        #expect(try text(batcher.take(page(1...3), resume: token(1))) == [])
        #expect(try text(batcher.take(page(4...6), resume: token(2))) == ["4 t1@3"])
        #expect(text(batcher.flush()) == ["2 t2@2"])
    }

    @Test("a token whose item ends with the batch covers all of it")
    func exactEnd() throws {
        let batcher = BatcherBox(rows: 4)
        #expect(try text(batcher.take(page(1...4), resume: token(1))) == ["4 t1@4"])
        #expect(try text(batcher.take(page(5...12), resume: token(2))) == ["4", "4 t2@4"])
        #expect(batcher.flush().isEmpty)
    }

    @Test("a position without rows goes with the rows before it, or alone")
    func positions() throws {
        let batcher = BatcherBox(rows: 4)
        #expect(try text(batcher.take(nil, resume: token(1))) == ["0 t1@0"])
        #expect(try text(batcher.take(page(1...2), resume: nil)) == [])
        #expect(try text(batcher.take(nil, resume: token(2))) == [])
        #expect(text(batcher.flush()) == ["2 t2@2"])
        #expect(try text(batcher.take(nil, resume: nil)) == [])
    }

    @Test("an empty page moves the position")
    func emptyPage() throws {
        let batcher = BatcherBox(rows: 4)
        let empty = Item.json(Array("{\"data\":[]}".utf8), rows: "data")
        #expect(try text(batcher.take(empty, resume: token(1))) == ["0 t1@0"])
    }

    @Test("rows, lists, pages and tables may be mixed, and keep their order")
    func mixed() throws {
        let batcher = BatcherBox(rows: 5)
        #expect(try text(batcher.take(.row(["id": 1]), resume: nil)) == [])
        #expect(try text(batcher.take(.rows([["id": 2], ["id": 3]]), resume: token(1))) == [])
        #expect(try text(batcher.take(page(4...4), resume: token(2))) == [])
        var builder = ColumnBuilder(.int64)
        for id in 5...11 { builder.append(int: Int64(id)) }
        let table = Table(schema: TableSchema([Field("id", .int64)]), columns: [builder.finish()], rowCount: 7)
        let batches = try batcher.take(.table(table), resume: token(3))
        #expect(text(batches) == ["4 t2@4", "5", "2 t3@2"])
        let ids = batches.compactMap(\.table).flatMap { table in (0..<table.rowCount).map { table.columns[0][$0] } }
        #expect(ids == (1...11).map { .int($0) })
    }

    @Test("a batch ends when its bytes reach the limit")
    func bytes() throws {
        let batcher = BatcherBox(rows: 1_000, bytes: 400)
        let text = String(repeating: "x", count: 150)
        let batches = try (0..<10).flatMap { try batcher.take(.row(["id": .string("\($0)\(text)")]), resume: nil) }
        #expect(batches.count >= 3)
        #expect(batches.allSatisfy { $0.rowCount <= 3 })
    }

    @Test(
        "a page that is not what was expected is one clear error, and leaves no row",
        arguments: ["not json", "{\"data\":[{\"id\":1},", "{\"rows\":[]}", "{\"data\":[1]}"])
    func badPage(_ text: String) throws {
        let batcher = BatcherBox(rows: 4)
        let error = #expect(throws: SourceError.self) {
            try batcher.take(.json(Array(text.utf8), rows: "data"), resume: nil)
        }
        #expect(error?.kind == .unexpectedAnswer)
        #expect(batcher.flush().isEmpty)
    }
}

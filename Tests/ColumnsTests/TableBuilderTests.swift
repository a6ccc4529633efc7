import Columns
import TestSupport
import Testing

@Suite struct TableBuilderTests {
    // MARK: Keys

    @Test("Keys in another order, left out or new find their columns")
    func keys() throws {
        let table = try table(#"[{"a":1,"b":"x"},{"b":"y","a":2},{"c":true},{},{"a":5,"c":false,"b":"z"}]"#)
        #expect(table.schema.names == ["a", "b", "c"])
        #expect(table.column("a")?.boxed == [.int(1), .int(2), .null, .null, .int(5)])
        #expect(table.column("b")?.boxed == [.string("x"), .string("y"), .null, .null, .string("z")])
        #expect(table.column("c")?.boxed == [.null, .null, .bool(true), .null, .bool(false)])
    }

    @Test("Of a repeated key the last value counts")
    func repeatedKey() throws {
        let table = try table(#"[{"a":1,"b":"xx","a":2,"b":"y"},{"a":3,"a":null,"b":"z"}]"#)
        #expect(table.column("a")?.boxed == [.int(2), .null])
        #expect(table.column("b")?.boxed == [.string("y"), .string("z")])
    }

    @Test("An escaped key is the same column as a plain one")
    func escapedKey() throws {
        let table = try table(#"[{"caf\u0065":1,"x\"y":2},{"cafe":3,"x\u0022y":4},{"caf\u0065":5}]"#)
        #expect(table.schema.names == ["cafe", "x_y"])
        #expect(table.column("cafe")?.boxed == [.int(1), .int(3), .int(5)])
        #expect(table.column("x_y")?.boxed == [.int(2), .int(4), .null])
    }

    @Test("Of two keys with one name the later one gets an underscore in front")
    func collidingKeys() throws {
        let table = try table(#"[{"userId":1,"user_id":2,"User-ID":3},{"user_id":5,"userId":4}]"#)
        #expect(table.schema.names == ["user_id", "_user_id", "__user_id"])
        #expect(table.column("user_id")?.boxed == [.int(1), .int(4)])
        #expect(table.column("_user_id")?.boxed == [.int(2), .int(5)])
    }

    @Test("Keys of every length are told apart")
    func keyLengths() throws {
        let keys = (0..<40).map { String(repeating: "k", count: $0) + "z" }
        let row = keys.enumerated().map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",")
        let reversed = keys.enumerated().reversed().map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",")
        let table = try table("[{\(row)},{\(reversed)},{\(row)}]")
        #expect(table.schema.count == 40)
        for (index, column) in table.columns.enumerated() {
            #expect(column.boxed == Array(repeating: .int(Int64(index)), count: 3))
        }
    }

    @Test("More keys than columns are allowed is an error")
    func tooManyColumns() throws {
        var options = TableBuilder.Options()
        options.maximumColumns = 3
        let builder = TableBuilder(options)
        let error = #expect(throws: JSONError.self) {
            try builder.append(page: Array(#"[{"a":1,"b":1},{"c":1,"d":1}]"#.utf8), rows: "")
        }
        #expect(error?.reason == .tooManyColumns(limit: 3))
        #expect(builder.rowCount == 0)
        #expect(throws: JSONError.self) { try builder.append(JSONObject([("e", 1)])) }
    }

    // MARK: Where the rows are

    @Test(
        "Rows are found at their path",
        arguments: [
            (#"[{"a":1}]"#, ""), (#"[{"a":1}]"#, "$"), (#"{"data":[{"a":1}],"more":true}"#, "data"),
            (#" { "x" : [1,{"data":3}] , "data" : { "items" : [ { "a" : 1 } ] } } "#, "data.items"),
            (#"{"data":{"items":[{"a":1}]}}"#, "$.data.items"), (#"{"a.b":[{"a":1}]}"#, "['a.b']"),
            (#"[{"skip":1},{"rows":[{"a":1}]}]"#, "1.rows"), (#"[{"skip":1},{"rows":[{"a":1}]}]"#, "[1].rows"),
            (#"{"data":{"a":1}}"#, "data"), (#"{"a":1}"#, ""), ("\u{FEFF}[{\"a\":1}]", ""),
        ])
    func paths(_ page: String, _ path: String) throws {
        let table = try table(page, path: path)
        #expect(table.boxed == [["a": .int(1)]])
    }

    @Test("An empty array and null hold no rows", arguments: [#"{"data":[]}"#, #"{"data":null}"#, #"{"data":[ ]}"#])
    func noRows(_ page: String) throws {
        let builder = TableBuilder()
        #expect(try builder.append(page: Array(page.utf8), rows: "data") == 0)
        #expect(builder.takeTable() == nil)
    }

    @Test("A path that is not there is an error with the keys that are")
    func missingPath() throws {
        let page = Array(#"{"results":[{"a":1}],"error":null}"#.utf8)
        let error = #expect(throws: JSONError.self) { try TableBuilder().append(page: page, rows: "data.items") }
        #expect(error?.reason == .missingPath(path: "data.items", missing: "data", keys: ["results", "error"]))
        #expect(
            error?.description
                == "Reading rows at `data.items`: `data` is not in the page, which has the keys `results`, `error`. "
                + "Correct the path of the rows, or see whether the upstream changed its answer.")
    }

    @Test(
        "What holds no rows is an error",
        arguments: [#"{"data":"x"}"#, #"{"data":1}"#, #"{"data":[1]}"#, #"{"data":[{"a":1},null]}"#])
    func notRows(_ page: String) throws {
        let builder = TableBuilder()
        #expect(throws: JSONError.self) { try builder.append(page: Array(page.utf8), rows: "data") }
        #expect(builder.rowCount == 0)
    }

    @Test("A wrong spelling of a path is an error", arguments: ["a..b", "a.", "[", "a[*]", "$.", "*"])
    func wrongPath(_ path: String) throws {
        #expect(throws: TableBuildError.self) { try TableBuilder().append(page: Array("[]".utf8), rows: path) }
    }

    @Test("What stands behind the rows is checked too", arguments: ["x", ",", "}", "nul", "\"\u{1}\"", "{\"a\":01}"])
    func behindTheRows(_ rest: String) throws {
        let page = Array("{\"data\":[{\"a\":1}],\"z\":\(rest)}".utf8)
        #expect(throws: JSONError.self) { try TableBuilder().append(page: page, rows: "data") }
    }

    @Test("Nesting is allowed to the limit and no further")
    func depth() throws {
        func page(_ depth: Int) -> [UInt8] {
            Array(
                ("[{\"v\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}]").utf8)
        }
        #expect(try TableBuilder().append(page: page(510), rows: "") == 1)
        let error = #expect(throws: JSONError.self) { try TableBuilder().append(page: page(511), rows: "") }
        #expect(error?.reason == .tooDeep(limit: 512))
        #expect(throws: JSONError.self) { try TableBuilder().append(page: page(100_000), rows: "") }
    }

    // MARK: Batches

    @Test("A page of more rows than a table may have becomes several tables")
    func splits() throws {
        var options = TableBuilder.Options()
        options.maximumRows = 3
        let builder = TableBuilder(options)
        let page = "[" + (0..<8).map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
        #expect(try builder.append(page: Array(page.utf8), rows: "") == 8)
        #expect(builder.isFull)
        let tables = builder.takeFullTables()
        #expect(tables.map(\.rowCount) == [3, 3])
        #expect(builder.rowCount == 2)
        let ids = (tables + builder.takeAll()).flatMap { $0.column("id")?.boxed ?? [] }
        #expect(ids == (0..<8).map { .int($0) })
    }

    @Test("A batch ends with the row that passes the limit of bytes")
    func splitsByBytes() throws {
        var options = TableBuilder.Options()
        options.maximumBytes = 100
        let builder = TableBuilder(options)
        let page =
            "[" + (0..<10).map { _ in "{\"v\":\"\(String(repeating: "x", count: 30))\"}" }.joined(separator: ",") + "]"
        try builder.append(page: Array(page.utf8), rows: "")
        #expect(builder.takeAll().map(\.rowCount) == [3, 3, 3, 1])
    }

    @Test("A table of very many columns has fewer rows")
    func splitsByCells() throws {
        var options = TableBuilder.Options()
        options.maximumBytes = 1 << 19
        let builder = TableBuilder(options)
        let wide = JSONObject((0..<1_000).map { ("k\($0)", .null) })
        try builder.append(wide)
        for index in 0..<200 { try builder.append(JSONObject([("k\(index)", 1)])) }
        #expect(builder.takeAll().map(\.rowCount) == [65, 65, 65, 6])
    }

    @Test("Types start anew with each batch, and columns that do not come are left out")
    func newBatch() throws {
        let builder = TableBuilder()
        try builder.append(page: Array(#"[{"a":"x","b":1}]"#.utf8), rows: "")
        _ = builder.takeTable()
        try builder.append(page: Array(#"[{"a":2}]"#.utf8), rows: "")
        let table = try #require(builder.takeTable())
        #expect(table.schema.names == ["a"])
        #expect(table.schema["a"]?.type == .int64)
    }

    @Test("A page that throws leaves no row behind, whatever was read before", arguments: [2, 3, 5, 100])
    func allOrNothing(_ limit: Int) throws {
        var options = TableBuilder.Options()
        options.maximumRows = limit
        options.hints = ["h": .int64]
        let builder = TableBuilder(options)
        try builder.append(page: Array(#"[{"a":1,"s":"one"},{"a":2,"s":"two"}]"#.utf8), rows: "")
        for bad in [
            #"[{"a":3,"s":"x"},{"a":"text","s":5,"new":1},{"a":5},{"a":6}"#, #"[{"a":3},{"a":4},{"h":"no"}]"#,
            #"[{"a":3,"s":"#, "[{}{}]", #"[{"h":"no"},{"a":4},{"a":5},{"a":6},{"a":7},{"a":8}]"#,
        ] {
            #expect(throws: (any Error).self) { try builder.append(page: Array(bad.utf8), rows: "") }
        }
        try builder.append(page: Array(#"[{"a":3,"s":"three"}]"#.utf8), rows: "")
        let rows = builder.takeAll().flatMap { $0.boxed.map { $0["s"] } }
        #expect(rows == [.string("one"), .string("two"), .string("three")])
    }

    @Test("Constants stand in every row, and do not mix with keys of the same name")
    func constants() throws {
        let builder = TableBuilder()
        for parent in ["p1", "p2"] {
            try builder.append(
                page: Array(#"{"data":[{"id":1,"invoice_id":9},{"id":2}]}"#.utf8), rows: "data",
                constants: [("invoice_id", .string(parent)), ("n", 7)])
        }
        try builder.append(JSONObject([("id", 3)]), constants: [("invoice_id", "p3")])
        let table = try #require(builder.takeTable())
        #expect(table.column("invoice_id")?.texts == ["p1", "p1", "p2", "p2", "p3"])
        #expect(table.column("_invoice_id")?.boxed == [.int(9), .null, .int(9), .null, .null])
        #expect(table.column("n")?.boxed == [.int(7), .int(7), .int(7), .int(7), .null])
    }

    @Test("Lifted columns stand beside what holds them, null where a row has no such value, in every batch alike")
    func lifting() throws {
        let builder = TableBuilder()
        let lifting = [LiftedColumn("id", from: "info.id"), LiftedColumn("day", from: "info.span[0].day")]
        for page in [
            #"[{"info":{"id":1,"span":[{"day":"a"}]},"n":7},{"n":8}]"#,
            #"[{"n":9,"info":{"span":[],"id":"\u0032"}},{"info":null}]"#,
        ] {
            try builder.append(page: Array(page.utf8), rows: "", lifting: lifting)
        }
        let table = try #require(builder.takeTable())
        #expect(table.column("id")?.boxed == [.string("1"), .null, .string("2"), .null])
        #expect(table.column("day")?.texts == ["a", nil, nil, nil])
        #expect(table.column("info")?.texts[0] == #"{"id":1,"span":[{"day":"a"}]}"#)
        #expect(table.column("n")?.boxed == [.int(7), .int(8), .int(9), .null])
        try builder.append(page: Array(#"[{"n":1}]"#.utf8), rows: "", lifting: lifting)
        #expect(builder.takeTable()?.schema.names == ["n"], "what no row has is no column")
    }

    @Test("A row with a member of a lifted column's name is refused each time, and so is a path that is none")
    func liftedNameTaken() throws {
        let builder = TableBuilder()
        for _ in 0..<2 {
            let error = #expect(throws: JSONError.self) {
                try builder.append(
                    page: Array(#"[{"user":{"id":1}},{"Id":2}]"#.utf8), rows: "",
                    lifting: [LiftedColumn("id", from: "user.id")])
            }
            #expect(error?.reason == .liftedNameTaken("Id"))
        }
        #expect(builder.rowCount == 0)
        #expect(throws: TableBuildError.self) {
            try builder.append(page: Array("[]".utf8), rows: "", lifting: [LiftedColumn("x", from: "a..b")])
        }
    }

    @Test("A hinted column that never comes is null")
    func absentHint() throws {
        let table = try table(#"[{"a":1}]"#, hints: ["closedAt": .timestamp])
        #expect(table.schema.names == ["a", "closed_at"])
        #expect(table.schema["closed_at"]?.type == .timestamp)
        #expect(table.column("closed_at")?.boxed == [.null])
    }

    // MARK: Properties

    @Test("A generated page reads as its rows do one by one, with and without white space", arguments: 0..<300)
    func pagesEqualRows(_ seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed))
        let rows = (0..<Int.random(in: 1..<20, using: &random.generator)).map { _ in random.object(depth: 3) }
        let page = JSONValue.object(JSONObject([("data", .array(rows.map { .object($0) }))]))
        let byRow = TableBuilder()
        for row in rows { try byRow.append(row) }
        let expected = try #require(byRow.takeTable())
        for bytes in [page.serialized(), random.spaced(page)] {
            let builder = TableBuilder()
            try builder.append(page: bytes, rows: "data")
            let table = try #require(builder.takeTable())
            #expect(table.schema == expected.schema)
            #expect(table.boxed == expected.boxed)
        }
    }

    @Test("Mutilated pages are refused or read, and all readers agree", arguments: 0..<20)
    func mutatedPages(_ seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) &+ 1_000)
        let builder = TableBuilder()
        for _ in 0..<600 {
            let rows = (0..<4).map { _ in JSONValue.object(random.object(depth: 3)) }
            let page = random.mutated(
                random.spaced(.object(JSONObject([("data", .array(rows)), ("more", random.value())]))))
            let value = try? JSONValue(parsing: page)
            let count = try? builder.append(page: page, rows: "data")
            // Where the page reader takes it, the parser takes it too.
            if count != nil { #expect(value != nil) }
            // And the other way round, unless the path itself comes up twice.
            let isUnique = String(decoding: page, as: UTF8.self).split(separator: "\"data\"").count == 2
            if isUnique, let data = value?["data"]?.array, data.allSatisfy({ $0.object != nil }) {
                #expect(count == data.count)
            }
            _ = try? JSONPage(page).values(at: ["more", "data[-1].key1", "data.0"])
            _ = builder.takeAll()
        }
    }
}

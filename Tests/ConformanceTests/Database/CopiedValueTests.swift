import Columns
import Testing
import Tributary

@testable import Conformance

@Suite("Values for copies of rows") struct CopiedValueTests {
    private func made(
        _ original: JSONValue, _ type: String, length: Int? = nil, number: Int = 7, beside known: [JSONValue] = []
    ) -> JSONValue? {
        let column = SQLTableFacts.Column(name: "c", type: type, length: length)
        return CopiedValue.value(like: original, number: number, of: column, beside: known)
    }

    @Test("a copy's value is of the column's type")
    func types() {
        #expect(made(3, "bigint") == 900_007)
        #expect(made(3, "smallint") == 20_007)
        #expect(made("2024-12-16", "date", number: 8, beside: ["2025-01-14", "2024-12-20"]) == "2025-01-19")
        #expect(made("2024-12-16", "date", number: 7, beside: ["2025-01-14", "2024-12-20"]) == "2024-12-12")
        let moment = made("2025-03-01T00:00:00", "timestamp without time zone", number: 14)?.string
        #expect(
            moment.flatMap(TimestampParser.microseconds) == TimestampParser.microseconds("2025-03-01T00:08:00Z"))
        #expect(made("12:30:00", "time without time zone") == "00:00:07")
        #expect(made("00000000-0000-4000-8000-000000001eef", "uuid") == "00000000-0000-4000-8000-000000100007")
        #expect(made(["x": "00112233445566778899"], "binary") == ["x": "00112233445566100007"])
        #expect(made(true, "boolean") == nil)
        #expect(made(.null, "text") == nil)
    }

    @Test("a copy's text is no longer than its column allows, and keeps its form where there is room")
    func lengths() {
        #expect(made("DE", "character", length: 2) == "07")
        #expect(made("de-BY-09", "character varying", length: 8) == "de100007")
        func extended(_ length: Int?) -> JSONValue? {
            let column = SQLTableFacts.Column(name: "c", type: "character varying", length: length)
            return CopiedValue.extended("u1@example.com", number: 7, of: column)
        }
        #expect(extended(nil) == "100007u1@example.com")
        #expect(extended(20) == "100007u1@example.com")
        #expect(extended(19) == nil)
    }

    @Test("lists of PostgreSQL are made from their JSON form")
    func lists() {
        func literal(_ json: String, _ type: String) -> String {
            SQLText.literal(.string(json), of: SQLTableFacts.Column(name: "c", type: type), .postgres)
        }
        #expect(literal(#"["a","b c",null,"it's \"1\""]"#, "text[]") == #"'{"a","b c",NULL,"it''s \"1\""}'"#)
        #expect(literal("[[1,2],[3,4]]", "integer[]") == #"'{{"1","2"},{"3","4"}}'"#)
        #expect(literal("[]", "integer[]") == "'{}'")
        #expect(literal("{1,2}", "integer[]") == "'{1,2}'")
        #expect(literal("[1]", "jsonb") == "'[1]'")
        #expect(
            literal(#"{"street":"High St"}"#, "row public.address")
                == #"jsonb_populate_record(NULL::public.address, '{"street":"High St"}'::jsonb)"#)
    }
}

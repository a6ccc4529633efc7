import Columns
import Tributary

extension SpecimenFixture {
    /// What lies around the ledger's scenario: what was released of it, its icon and its page.
    mutating func addSurroundings() {
        let released = ReleasedDeclaration(
            version: "1", source: AnySource(LedgerSource.self), configs: [["api_key": "fake-api-key-1"]],
            tables: LedgerSource().endpoints(LedgerBend()).map(\.schema))
        documents["../released/1.json"] = (try? JSONValue(parsing: released.file())) ?? .null
        documents["../released/1/ledger.json"] = Self.ledgerStates
        files["../../Sources/SourceCatalog/Icons/specimen.svg"] = Array(
            "<svg xmlns='http://www.w3.org/2000/svg'/>\n".utf8)
        files[Self.ledgerPage] = Array(Self.pageText.utf8)
    }

    /// Where the page lies, from the scenario.
    static let ledgerPage = "../../Documentation/sources/specimen.md"

    static let pageText = """
        # Specimen

        ## Set-up

        Make a key [as the manifest shows](../../specimen/ledger/manifest.json).

        ## Permissions

        None.

        ## Limits

        A hundred rows a page.

        ## Known gaps

        None.

        ## Tables

        | Table | Primary key | Cursor fields | Sync types |
        | --- | --- | --- | --- |
        | `notes` | `id` | `updated_at` | full-refresh, incremental, append |
        | `payments` | `id` | `created` | full-refresh, incremental, append |

        """

    /// Changes the text of the page.
    mutating func changePage(_ old: String, to new: String) {
        let text = String(decoding: files[Self.ledgerPage] ?? [], as: UTF8.self)
        files[Self.ledgerPage] = Array(text.replacing(old, with: new).utf8)
    }
}

// What version 1 stored in lakes, and what it asked for next.
extension SpecimenFixture {
    fileprivate static var ledgerStates: JSONValue {
        let notes = "WyJuMTEyIiwiMjAyNS0wMy0wMVQwMToyMDowMFoiXQ"
        let bySince = "notes?archived=all&sort=updated_at&limit=100"
        return [
            "version": "1",
            "entries": [
                entry(
                    "notes", next: "\(bySince)&after=\(notes)",
                    state(
                        "notes", "updated_at", position: .string(notes),
                        marks: ["last": timestamp("2025-03-01T01:10:00Z"), "top": timestamp("2025-03-01T01:20:00Z")])),
                entry(
                    "notes", next: "\(bySince)&since=2025-03-01T02:10:00Z",
                    state(
                        "notes", "updated_at", position: nil, marks: ["last": timestamp("2025-03-01T02:10:00Z")])),
                entry(
                    "payments", next: "payments?limit=100&starting_after=p101",
                    state(
                        "payments", "created", position: "p101",
                        marks: ["earliest": integer("1740791400"), "top": integer("1740795000")])),
                entry(
                    "payments", next: "payments?limit=100&created_from=1740795000",
                    state("payments", "created", position: nil, marks: ["last": integer("1740795000")])),
            ],
        ]
    }

    private static func timestamp(_ text: String) -> JSONValue { ["type": "timestamp", "value": .string(text)] }
    private static func integer(_ text: String) -> JSONValue { ["type": "integer", "value": .string(text)] }

    private static func entry(_ table: String, next: String, _ state: JSONValue) -> JSONValue {
        [
            "table": .string(table), "syncType": "incremental", "isStage": false, "state": .string(state.text),
            "next": .string("GET \(LedgerSource.baseURL)/v1/\(next)"),
        ]
    }

    /// - Parameter position: where a sync is half-way; nil where it came to its end.
    private static func state(
        _ table: String, _ cursor: String, position: JSONValue?, marks: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        var state = JSONObject([
            ("committedAt", 1_741_586_400_000_000), ("cursor", ["name": .string(cursor), "type": "datetime"]),
            ("format", 1), ("isComplete", .bool(position == nil)), ("primaryKeys", ["id"]), ("runID", "run-1"),
            ("schema", .string(table)), ("syncType", "incremental"),
        ])
        for (name, value) in marks { state[name] = value }
        guard let position else { return .object(state) }
        let token: JSONValue = [
            "v": 1, "schema": .string(table), "sync": "incremental", "cursor": .string(cursor),
            "walks": [["bounds": []]], "at": position,
        ]
        state["resume"] = [
            "identity": .string(GoldenStates.anyIdentity), "startedAt": 1_741_586_400_000_000,
            "token": .string(token.text),
        ]
        return .object(state)
    }
}

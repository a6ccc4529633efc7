import Columns
import Foundation
import Tributary

/// Recordings that show less, or more, than they should; and replays that are not closed.
extension DeskFault {
    static let fixtures = [
        DeskFault("opens-its-own-connection", "Asks by a client of the platform, past the runtime.") {
            $0.fixture = {
                $0.files["../../Sources/SourceCatalog/Desk/DeskSource.swift"] = Array(
                    "let answer = try await URLSession.shared.data(from: url)\n".utf8)
            }
        },
        DeskFault("match-ignores-the-cursor", "Replays ignore the parameter by which the upstream pages.") {
            $0.fixture = { $0.setManifest(["match"], to: ["ignoreQuery": ["after": "changes"]]) }
        },
        DeskFault("exchange-nobody-asks-for", "Holds an exchange of a path that the source has left.") {
            $0.fixture = { fixture in
                fixture.changeEntries { $0 + [DeskFixture.entry("old", "/v0/people", ["people"], ["rows": []])] }
            }
        },
        DeskFault("rows-differ-by-chance", "Puts a number drawn by chance into each row.") {
            $0.read = { run, inputs in
                let calls = Self.counter
                var response = try run.client.response(to: inputs, from: try await run.tables().map(\.endpoint))
                response.items = response.items.rewriting { row in
                    row["batch"] = .number(
                        JSONNumber(
                            calls.withLock { count in
                                count += 1
                                return count
                            }))
                }
                return response
            }
        },
        DeskFault("real-person-in-a-body", "Holds an e-mail address and a card number that may be somebody's.") {
            $0.fixture = { fixture in
                fixture.changeEntries { entries in
                    let person = "marta.keller@" + "bluewin.ch"
                    let row: JSONValue = ["id": "p77", "name": .string(person), "size": .null]
                    return entries + [DeskFixture.entry("more", "/v1/more", [], ["rows": [row]])]
                }
            }
        },
        DeskFault("recording-without-provenance", "Calls itself recorded, and says neither when nor by what.") {
            $0.fixture = { $0.setManifest(["provenance"], to: ["kind": "recorded"]) }
        },
        DeskFault("recording-past-its-age", "Was recorded two years ago and says that it holds for one.") {
            $0.fixture = {
                $0.setManifest(["provenance", "verifiedAt"], to: "2023-03-10")
            }
        },
        DeskFault("claims-what-it-does-not-show", "Says that it covers ties and a refusal, and shows neither.") {
            $0.fixture = { $0.setManifest(["covers"], to: ["pagination:cursor", "retry:429"]) }
        },
        DeskFault(
            "recording-trimmed-to-one-page", "Was cut to the first page of a list, which still says that there is more."
        ) {
            $0.fixture = { fixture in
                fixture.changeEntries { $0.filter { !["people-2", "people-3"].contains($0["_id"]?.string ?? "") } }
            }
        },
        DeskFault("trimmed-list-of-one-page", "Was cut to one page that says it is all.") {
            $0.fixture = { fixture in
                fixture.changeEntries { entries in
                    entries.filter { $0["_id"]?.string != "orders-2" }.map { entry in
                        guard entry["_id"]?.string == "orders-1", var object = entry.object else { return entry }
                        let text = entry["response"]?["content"]?["text"]?.string ?? ""
                        var body = (try? JSONValue(parsing: text))?.object ?? JSONObject()
                        body["next"] = .null
                        object["_trimmed"] = [["path": "rows", "kept": 2, "of": 3]]
                        return .object(
                            object.setting(
                                ["response", "content", "text"], to: .string(JSONValue.object(body).text)))
                    }
                }
            }
        },
        DeskFault("redaction-tears-joins", "Replaced a name by another one each time it came.") {
            $0.fixture = { fixture in
                fixture.changeEntries { entries in
                    entries.flatMap { entry -> [JSONValue] in
                        guard entry["_id"]?.string == "orders-2" else { return [entry] }
                        let rows: [JSONValue] = [["id": "o12", "name": "Somebody else", "size": 1]]
                        let again = DeskFixture.entry(
                            "orders-again", "/v1/tables/orders/rows?limit=3", [], ["rows": .array(rows)])
                        return [
                            entry, again,
                            DeskFixture.entry(
                                "orders-more", "/v1/tables/orders/rows?limit=4", [],
                                ["rows": [["id": "o12", "name": "A third", "size": 1]]]),
                        ]
                    }
                }
            }
        },
    ]

    private static let counter = Lock(Int64(0))
}

extension SpecimenFixture {
    /// Changes the entries of the recording.
    mutating func changeEntries(_ change: ([JSONValue]) -> [JSONValue]) {
        guard let har = documents["t0.har"]?.object else { return }
        let entries = har.value(at: ["log", "entries"])?.array ?? []
        documents["t0.har"] = .object(har.setting(["log", "entries"], to: .array(change(entries))))
    }
}

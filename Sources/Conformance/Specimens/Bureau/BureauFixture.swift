import Columns
import Tributary

/// The fixture of the bureau: an export of seven invoices in two files, a document of five notices, and a report of eight
/// visits in three parts, of which a second state has an increment.
enum BureauFixture {
    static let clean = SpecimenFixture(
        "specimen/bureau",
        documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording, "t1.har": increment])

    private static let manifest = SpecimenRecording.manifest(
        "An export, an XML document and a report in CSV",
        schemas: [
            "invoices": ["mode": "full-refresh", "keys": ["id"]],
            "notices": ["mode": "full-refresh", "keys": ["number"]],
            "visits": ["mode": "incremental", "field": "seen_at", "type": "datetime", "keys": ["id"], "sort": "asc"],
        ],
        states: [
            ["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"],
            ["name": "t1", "clock": "2025-03-11T06:00:00Z", "http": "t1.har"],
        ])

    private static let model: JSONValue = [
        "collections": [:], "endpoints": [],
        "jobs": [
            [
                "path": "/v1/exports/{export}", "schemas": ["invoices"], "state": "state",
                "running": ["queued", "running"],
                "finished": ["done"], "failed": ["failed", "cancelled", "expired"], "count": "rows", "files": "files",
            ],
            [
                "path": "/v1/reports/{report}", "schemas": ["visits"], "state": "state", "running": ["running"],
                "finished": ["ready"], "failed": ["failed"], "count": "rows", "files": "files",
            ],
        ],
    ]

    private static var recording: JSONValue {
        let done: JSONValue = [
            "id": "e1", "state": "done", "rows": 7, "files": ["/v1/exports/e1/files/1", "/v1/exports/e1/files/2"],
        ]
        return SpecimenRecording.har(
            [
                SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
                SpecimenRecording.entry("ask", "/v1/exports/new?table=invoices", ["id": "e1", "state": "queued"]),
                SpecimenRecording.entry("poll", "/v1/exports/e1", done),
                SpecimenRecording.entry("file-1", "/v1/exports/e1/files/1", ["data": .array((0..<4).map(invoice))]),
                SpecimenRecording.entry("file-2", "/v1/exports/e1/files/2", ["data": .array((4..<7).map(invoice))]),
                SpecimenRecording.entry("notices", "/v1/notices.xml", type: "application/xml", text: notices),
            ] + report("r1", of: 0..<8, since: nil))
    }

    /// What an increment from the last of the eight visits on brings: that one and two more.
    private static var increment: JSONValue {
        SpecimenRecording.har(
            [SpecimenRecording.entry("me", "/v1/me", ["id": "me"])] + report("r2", of: 7..<10, since: moment(7)))
    }

    /// The exchanges of a report in parts of three visits.
    private static func report(_ id: String, of visits: Range<Int>, since: String?) -> [JSONValue] {
        var body: JSONObject = ["table": "visits"]
        if let since { body["since"] = .string(since) }
        let starts = Array(stride(from: visits.lowerBound, to: visits.upperBound, by: 3))
        let parts = starts.map { visits.clamped(to: $0..<($0 + 3)) }
        let files = parts.enumerated().map { index, part -> JSONValue in
            [
                "url": .string("\(SpecimenRecording.origin)/v1/reports/\(id)/parts/\(index + 1).csv"),
                "rows": .number(JSONNumber(Int64(part.count))),
            ]
        }
        let ready: JSONValue = [
            "id": .string(id), "state": "ready", "rows": .number(JSONNumber(Int64(visits.count))),
            "files": .array(files),
        ]
        let type: JSONValue = since == nil ? ["full-refresh", "incremental", "append"] : ["incremental", "append"]
        let texts = parts.enumerated().map { index, part in
            SpecimenRecording.entry(
                "\(id)-part-\(index + 1)", "/v1/reports/\(id)/parts/\(index + 1).csv", type: "text/csv",
                text: (["id,seen_at,note,postcode,score"] + part.map(visit)).joined(separator: "\r\n") + "\r\n")
        }
        let exchanges = [
            SpecimenRecording.search(
                "\(id)-order", "/v1/reports", .object(body), ["id": .string(id), "state": "running"]),
            SpecimenRecording.entry("\(id)-ready", "/v1/reports/\(id)", ready),
        ]
        return (exchanges + texts).map { exchange in
            var exchange = exchange.object ?? JSONObject()
            exchange["_schema"] = ["visits"]
            exchange["_sync"] = type
            return .object(exchange)
        }
    }

    private static func moment(_ index: Int) -> String { SpecimenRecording.moment(Int64(index) * 3_601).string ?? "" }

    private static func visit(_ index: Int) -> String {
        let notes = ["plain", "\"with, a comma\"", "\"he said \"\"no\"\"\"", "", "\"two\nlines\"", "Größe"]
        return
            "v\(index),\(moment(index)),\(notes[index % notes.count]),00\(311 + index),\(index % 3 == 1 ? "" : "\(index).5")"
    }

    private static func invoice(_ index: Int) -> JSONValue {
        [
            "id": .string("i\(index)"), "amount": .number(JSONNumber(Int64(index) * 250)),
            "note": .string("Größe \(index)"),
        ]
    }

    private static var notices: String {
        let records = (0..<5).map { index in
            let title = index == 2 ? "Steel &amp; wood" : index == 3 ? "<![CDATA[a < b]]> holds" : "Notice \(index)"
            return "  <notice><number>\(700 + index)</number><title>\(title)</title></notice>\n"
        }
        return "<?xml version=\"1.0\"?>\n<notices>\n\(records.joined())</notices>\n"
    }
}

import Columns
import Tributary

/// The fixture of the bureau: an export of seven invoices in two files, and a document of five notices.
enum BureauFixture {
    static let clean = SpecimenFixture(
        "specimen/bureau", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest = SpecimenRecording.manifest(
        "An export and an XML document",
        schemas: [
            "invoices": ["mode": "full-refresh", "keys": ["id"]],
            "notices": ["mode": "full-refresh", "keys": ["number"]],
        ])

    private static let model: JSONValue = [
        "collections": [:], "endpoints": [],
        "jobs": [
            [
                "path": "/v1/exports/{export}", "schemas": ["invoices"], "state": "state",
                "running": ["queued", "running"],
                "finished": ["done"], "failed": ["failed", "cancelled", "expired"], "count": "rows", "files": "files",
            ]
        ],
    ]

    private static var recording: JSONValue {
        let done: JSONValue = [
            "id": "e1", "state": "done", "rows": 7, "files": ["/v1/exports/e1/files/1", "/v1/exports/e1/files/2"],
        ]
        return SpecimenRecording.har([
            SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
            SpecimenRecording.entry("ask", "/v1/exports/new?table=invoices", ["id": "e1", "state": "queued"]),
            SpecimenRecording.entry("poll", "/v1/exports/e1", done),
            SpecimenRecording.entry("file-1", "/v1/exports/e1/files/1", ["data": .array((0..<4).map(invoice))]),
            SpecimenRecording.entry("file-2", "/v1/exports/e1/files/2", ["data": .array((4..<7).map(invoice))]),
            SpecimenRecording.entry("notices", "/v1/notices.xml", type: "application/xml", text: notices),
        ])
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

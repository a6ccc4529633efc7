import Columns
import Tributary

/// Claims that are not so, and what should have gone.
extension LedgerFault {
    static let documentation: [LedgerFault] = [entry, page, leftovers].flatMap { $0 }

    private static let entry = [
        LedgerFault("documentation-without-tls", "Names the vendor's documentation by an address in clear.", .kit) {
            $0.source = AnySource(ClearLinkSpecimen.self)
        },
        LedgerFault("icon-with-a-script", "Has an icon that runs a script.", .kit) {
            $0.fixture = {
                $0.files["../../Sources/SourceCatalog/Icons/specimen.svg"] = Array(
                    "<svg><script>alert(1)</script></svg>\n".utf8)
            }
        },
        LedgerFault("released-type-renamed", "Was released under another type.", .kit) {
            $0.fixture = { $0.change("../released/1.json", at: ["type"]) { _ in "Notebook" } }
        },
    ]

    private static let page = [
        LedgerFault("page-without-limits", "Says nothing of its limits.", .kit) {
            $0.fixture = { $0.changePage("A hundred rows a page.", to: "") }
        },
        LedgerFault("scope-not-on-the-page", "Asks for a scope that its page does not name.", .kit) {
            $0.source = AnySource(ScopedSpecimen.self)
        },
        LedgerFault("link-to-nowhere", "Links to a file that is not there.", .kit) {
            $0.fixture = { $0.changePage("ledger/manifest.json", to: "ledger/setup.md") }
        },
        LedgerFault("page-with-an-old-table", "Documents a table that it does not offer.", .kit) {
            $0.fixture = { $0.changePage("`payments`", to: "`transfers`") }
        },
        LedgerFault("page-with-another-key", "Documents another key than it has.", .kit) {
            $0.fixture = { $0.changePage("| `notes` | `id`", to: "| `notes` | `id`, `author_id`") }
        },
    ]

    private static let leftovers = [
        LedgerFault("mark-of-the-template", "Has a mark of the template on its page.", .kit) {
            $0.fixture = { $0.changePage("# Specimen", to: "# __label__") }
        },
        LedgerFault("instructions-left-on-the-page", "Has the template's instructions on its page.", .kit) {
            $0.fixture = { $0.changePage("A hundred rows a page.", to: "Say here what the API limits.") }
        },
        LedgerFault("waiver-past-its-day", "Waives a check until a day that is over.", .kit) {
            $0.fixture = { $0.waive(until: "2025-01-31", reference: "https://specimen.example/issues/1") }
        },
        LedgerFault("waiver-without-a-reference", "Waives a check, and does not say where that is discussed.", .kit) {
            $0.fixture = { $0.waive(until: "2025-12-31", reference: "") }
        },
    ]
}

extension SpecimenFixture {
    fileprivate mutating func waive(until: String, reference: String) {
        change("manifest.json", at: ["waivers"]) { _ in
            [
                [
                    "check": "read-page-size-invariant", "table": "notes", "reason": "Known.",
                    "reference": .string(reference), "until": .string(until),
                ]
            ]
        }
    }
}

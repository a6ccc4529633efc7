import Columns
import Tributary

/// Tables that are listed wrongly.
extension LedgerFault {
    static let discovery = [
        LedgerFault(
            "static-listing-asks-upstream", "Says that it lists tables without a connection, and asks who it is.", .kit
        ) {
            $0.schemas = { _, config, context in _ = try await LedgerSource().client(config, context).get("/v1/me") }
        },
        LedgerFault("cursor-field-not-in-rows", "Offers a cursor field that no row has.", .kit) {
            $0.schemas = { schemas, _, _ in schemas[0].incrementalFields.append(.datetime("modified_at")) }
        },
        LedgerFault(
            "cursor-field-often-null", "Offers a cursor field that is null in open rows, and does not say so.", .kit
        ) {
            $0.schemas = { schemas, _, _ in schemas[0].incrementalFields.append(.datetime("closed_at")) }
        },
        LedgerFault("field-that-stays-offered", "Offers the closing time beside that of the last change.", .kit) {
            $0.schemas = { schemas, _, _ in
                schemas[0].incrementalFields.append(IncrementalField("closed_at", .datetime, isNullable: true))
            }
            $0.fixture = {
                $0.addLaterState(changing: [
                    ("Note 13", "Note 13, mended"), ("2025-03-01T02:10:00Z", "2025-03-09T00:00:00Z"),
                ])
            }
        },
        LedgerFault("only-field-stays", "Offers a time that stays when a row changes, and says so nowhere.", .kit) {
            $0.schemas = { schemas, _, _ in
                schemas[0].incrementalFields = [IncrementalField("updated_at", .datetime)]
            }
            $0.fixture = {
                $0.addLaterState(changing: [("Note 13", "Note 13, mended")])
            }
        },
        LedgerFault("released-table-renamed", "Calls a table otherwise than the released version did.", .kit) {
            $0.schemas = { schemas, _, _ in schemas[1].name = "transfers" }
        },
        LedgerFault("listed-key-is-another", "Lists another key than that by which the read has rows merged.", .kit) {
            $0.schemas = { schemas, _, _ in schemas[0].primaryKeys = ["author_id"] }
        },
        LedgerFault("released-key-changed", "Declares another key than the released version did.", .kit) {
            $0.schemas = { schemas, _, _ in schemas[0].primaryKeys = ["id", "author_id"] }
        },
    ]
}

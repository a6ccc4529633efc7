import Columns
import Tributary

/// Rows that cannot be told apart, and columns that cannot either.
extension LedgerFault {
    static let keys = [
        LedgerFault(
            "row-variants-carry-different-id-fields", "Some rows carry their identifier under another name.", .field
        ) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard row["id"]?.string?.hasSuffix("5") == true else { return }
                    row["note_id"] = row["id"]
                    row["id"] = nil
                }
            }
        },
        LedgerFault("key-is-an-actor-not-the-row", "Declares the author's id as the key of the notes.", .field) {
            $0.notes = { $0.primaryKeys = ["author_id"] }
        },
        LedgerFault("key-from-volatile-export-id", "Makes the key of the row's id and the time of the read.", .field) {
            $0.response = { response, _, _, context in
                let now = context.clock.now
                response.items = response.items.rewriting { row in
                    row["id"] = row["id"]?.string.map { .string("\($0)-\(now)") }
                }
            }
        },
        LedgerFault("key-of-mixed-types", "Hands some ids over as numbers, others as text.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let id = row["id"]?.string, id.hasSuffix("3"), let number = Int64(id.dropFirst()) else {
                        return
                    }
                    row["id"] = .number(JSONNumber(number))
                }
            }
        },
        LedgerFault("key-folded-to-lower-case", "Folds the case of its keys.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if let id = row["id"]?.string { row["id"] = .string(id.lowercased()) }
                }
            }
        },
        LedgerFault("key-not-in-rows", "Declares a key column that no row has.", .kit) {
            $0.notes = { $0.primaryKeys = ["note_id"] }
        },
        LedgerFault(
            "key-name-not-normalised", "Names its columns in lower case, and its key as the upstream does.", .field
        ) {
            $0.notes = { $0.primaryKeys = ["NoteID"] }
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "notes" else { return }
                response.items = response.items.rewriting { row in
                    row["noteid"] = row["id"]
                    row["id"] = nil
                }
            }
        },
        LedgerFault("key-contains-update-time", "Declares the time of the last change as part of the key.", .kit) {
            $0.notes = { $0.primaryKeys = ["id", "updated_at"] }
        },
        LedgerFault("column-names-collide-after-normalising", "Emits userId beside user_id.", .field) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    row["userId"] = "u1"
                    row["user_id"] = "u2"
                }
            }
        },
    ]
}

import Columns
import Foundation
import Tributary

/// Types that are told wrongly, or change.
extension LedgerFault {
    static let types = [
        LedgerFault("zero-becomes-null", "Takes a zero for what is not there.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { if $0["amount"]?.int64 == 0 { $0["amount"] = .null } }
            }
        },
        LedgerFault("truth-becomes-a-word", "Spells truth values as its language does.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if let flag = row["archived"]?.bool { row["archived"] = flag ? "True" : "False" }
                }
            }
        },
        LedgerFault("text-cut-at-255", "Cuts texts to what a column of another database takes.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if let title = row["title"]?.string { row["title"] = .string(String(title.prefix(255))) }
                }
            }
        },
        LedgerFault("text-trimmed", "Takes blanks off the edges of texts.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let title = row["title"]?.string else { return }
                    row["title"] = .string(title.trimmingCharacters(in: .whitespacesAndNewlines))
                }
            }
        },
        LedgerFault("number-through-a-double", "Converts an amount by way of a double.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard case .number(let number) = row["amount"], let amount = number.double else { return }
                    row["amount"] = .number(JSONNumber(Int64(amount)))
                }
            }
        },
        LedgerFault("null-becomes-an-empty-text", "Has an empty text where there is no value.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting {
                    if $0["closed_at"]?.isNull == true { $0["closed_at"] = "" }
                }
            }
        },
    ]
}

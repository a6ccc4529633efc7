import Columns
import Tributary

/// Types that are told wrongly, or change.
extension LedgerFault {
    static let types = [
        LedgerFault("false-becomes-null", "Takes what is false for what is not there.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting {
                    if $0["archived"] == .bool(false) { $0["archived"] = .null }
                }
            }
        },
        LedgerFault("truth-becomes-a-word", "Spells truth values as its language does.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if let flag = row["archived"]?.bool { row["archived"] = flag ? "True" : "False" }
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

import Columns
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
        LedgerFault("null-becomes-an-empty-text", "Has an empty text where there is no value.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting {
                    if $0["closed_at"]?.isNull == true { $0["closed_at"] = "" }
                }
            }
        },
    ]
}

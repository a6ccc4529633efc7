import Columns
import Tributary

/// Forms and their validation.
extension LedgerFault {
    static let forms = [
        LedgerFault("probe-of-a-missing-path", "Validates credentials by a path that the upstream does not have.", .kit)
        {
            $0.validate = { config, context in _ = try await LedgerSource().client(config, context).get("/v1/nobody") }
        },
        LedgerFault("validation-asks-nothing", "Accepts any credentials.", .kit) { $0.validate = { _, _ in } },
        LedgerFault("two-fields-of-one-name", "Declares two fields with one name.", .kit) {
            $0.source = AnySource(TwinFieldSpecimen.self)
        },
        LedgerFault("key-field-in-clear", "Declares the API key as an ordinary text.", .kit) {
            $0.source = AnySource(ClearKeySpecimen.self)
        },
    ]
}

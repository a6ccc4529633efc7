import Columns
import Logging
import Tributary

/// Secrets that get out.
extension LedgerFault {
    static let security = [
        LedgerFault("credentials-inside-rows", "Puts the API key into each row.", .field) {
            $0.response = { response, _, config, _ in
                let key = JSONValue.string(config.apiKey.revealed)
                response.items = response.items.rewriting { $0["request_key"] = key }
            }
        },
        LedgerFault("secret-in-the-log", "Logs the API key.", .kit) {
            $0.context = { context, config in
                context.logger.info("Reading with the key \(config.apiKey.revealed).")
            }
        },
    ]
}

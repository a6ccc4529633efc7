import Columns
import Logging
import Tributary

// What is told to people, and stored, that is nobody else's business.
extension DepotFault {
    static let tales: [DepotFault] = [
        DepotFault("database-password-in-the-log", "Logs with what it connects.", .kit) { bend in
            bend.connecting = { context, endpoint in
                context.logger.info("opening \(endpoint.host) with \(endpoint.password?.revealed ?? "nothing")")
            }
        },
        DepotFault("database-password-in-the-error", "Says how the password began that was refused.", .kit) { bend in
            bend.failure = { error, endpoint in
                guard let error = error as? SourceError else { return error }
                let beginning = endpoint.password?.revealed.prefix(12) ?? ""
                return SourceError(
                    error.kind, "Connecting to \(endpoint.host) with \(beginning)…: refused.", recovery: error.recovery)
            }
        },
        DepotFault("database-login-in-the-error", "Says with which login it was asking when something failed.", .kit) {
            $0.failure = { error, endpoint in
                guard let error = error as? SourceError else { return error }
                let login = "\(endpoint.user):\(endpoint.password?.revealed ?? "")@\(endpoint.host)"
                return SourceError(error.kind, "Asking \(login): \(error.message)", recovery: error.recovery)
            }
            $0.blamesStatements = true
        },
        DepotFault("statement-parameters-in-the-error", "Quotes a failed statement with its parameters.", .kit) {
            bend in
            bend.blame = { error, statement in
                guard let error = error as? SourceError else { return error }
                let text = LoggedStatement.text(statement)
                return SourceError(error.kind, "Asking \(text): \(error.message)", recovery: error.recovery)
            }
        },
        DepotFault("lasting-database-error-retried", "Says of each error of a read that it may pass.", .kit) { bend in
            bend.blame = { error, _ in
                guard let error = error as? SourceError else { return error }
                return SourceError(error.kind, error.message, recovery: .retry(after: .seconds(1)))
            }
        },
        DepotFault("database-password-in-the-position", "Keeps the password in each resume token.", .kit) {
            $0.storesPassword = true
        },
        DepotFault("refused-login-told-as-outage", "Calls a refused login an outage that passes.", .kit) { bend in
            bend.failure = { error, _ in
                guard let error = error as? SourceError, error.kind == .invalidCredentials else { return error }
                return SourceError(.upstreamFailure, error.message, recovery: .retry(after: nil))
            }
        },
        DepotFault("every-database-error-told-as-wrong-password", "Blames the password for each error.", .kit) { bend in
            bend.failure = { error, _ in
                guard let error = error as? SourceError else { return error }
                return SourceError(.invalidCredentials, error.message)
            }
            bend.blamesStatements = true
        },
        DepotFault("database-rows-in-the-log", "Logs the first row of each piece.", .kit) { bend in
            bend.passing = { context, table in context.logger.debug("read \(table.row(0))") }
        },
    ]
}

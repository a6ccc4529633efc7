#if MariaDB
    import CMariaDB
    import Tributary

    /// Turns what MySQL and MariaDB say into errors with a kind (manuals, "Server Error Message Reference").
    enum MariaDBErrors {
        /// An error of a prepared statement.
        static func error(_ statement: UnsafeMutablePointer<MYSQL_STMT>, _ endpoint: DatabaseEndpoint) -> SourceError {
            let text = String(cString: mysql_stmt_error(statement))
            return error(mysql_stmt_errno(statement), text, "Running a statement on MySQL", endpoint)
        }

        /// An error of the connection.
        static func error(
            _ connection: UnsafeMutablePointer<MYSQL>, _ endpoint: DatabaseEndpoint, doing: String
        ) -> SourceError {
            error(mysql_errno(connection), String(cString: mysql_error(connection)), doing, endpoint)
        }

        private static func error(
            _ code: UInt32, _ text: String, _ doing: String, _ endpoint: DatabaseEndpoint
        ) -> SourceError {
            let message = "\(doing): \(text.isEmpty ? "no reason given" : text) (\(code))."
            switch code {
            case 1045, 1698, 1862, 4151:
                return SourceError(.invalidCredentials, message, advice: "Check user and password.")
            case 1130, 1129:
                return SourceError(
                    .invalidCredentials, message, advice: "Let the user log in from this machine's address.")
            case 1049: return SourceError(.notFound, message, advice: "Check the database's name.")
            case 1044, 1142, 1143, 1227, 1370:
                return SourceError(.permissionDenied, message, advice: "Grant the user SELECT on the table.")
            case 1290, 1792: return SourceError(.permissionDenied, message, advice: "The session only reads.")
            case 1146, 1109:
                return SourceError(
                    .unknownSchema, message, advice: "Check that the table still exists under this name.")
            case 2002, 2003, 2005:
                return SourceError(
                    .unreachable, "Connecting to MySQL at \(endpoint.host):\(endpoint.port): \(text) (\(code)).",
                    advice: "Check host and port, and that the server's firewall lets this machine in.",
                    recovery: .retry(after: nil))
            case 1040, 1203, 1226: return SourceError(.unreachable, message, recovery: .retry(after: .seconds(30)))
            case 1969, 3024, 1317:
                return SourceError(
                    .timedOut, message, advice: "The server stopped the query; see its limit on statement time.",
                    recovery: .retry(after: nil))
            case 2026:
                return SourceError(
                    .unreachable, message, advice: "Choose another TLS mode, or mend the server's certificate.")
            case 2006, 2013, 2014, 1053, 1205, 1213, 1158...1161:
                return SourceError(.upstreamFailure, message, recovery: .retry(after: nil))
            default: return SourceError(.upstreamFailure, message)
            }
        }
    }
#endif

#if PostgreSQL
    import CPostgres
    import Tributary

    /// Turns what PostgreSQL says into errors with a kind (manual, appendix "PostgreSQL Error Codes").
    enum PostgresErrors {
        /// An error of a statement.
        static func map(_ result: OpaquePointer, _ endpoint: DatabaseEndpoint) -> SourceError {
            let state = field(result, UInt8(ascii: "C")) ?? ""
            let text = field(result, UInt8(ascii: "M")) ?? "no message"
            return error(state, text, doing: "Running a statement on PostgreSQL", endpoint)
        }

        /// An error of the connection itself, in the middle of a statement.
        static func lost(_ connection: OpaquePointer, _ endpoint: DatabaseEndpoint) -> SourceError {
            SourceError(
                .upstreamFailure, "Reading from PostgreSQL: the connection was lost (\(summary(connection))).",
                recovery: .retry(after: nil))
        }

        /// A login that did not succeed. The text looks like `FATAL:  28P01: password authentication failed …`.
        static func refusedLogin(_ connection: OpaquePointer, _ endpoint: DatabaseEndpoint) -> SourceError {
            let text = summary(connection)
            guard let state = text.firstMatch(of: /[A-Z]+: +([0-9A-Z]{5}): ([^\n]*)/) else {
                return connectFailure(text, endpoint)
            }
            return error(String(state.1), String(state.2), doing: "Connecting to PostgreSQL", endpoint)
        }

        static func unreachable(_ endpoint: DatabaseEndpoint, _ reason: String) -> SourceError {
            SourceError(
                .unreachable, "Connecting to PostgreSQL at \(endpoint.host):\(endpoint.port): \(reason).",
                advice: "Check host and port, and that the server's firewall lets this machine in.",
                recovery: .retry(after: nil))
        }

        private static func connectFailure(_ text: String, _ endpoint: DatabaseEndpoint) -> SourceError {
            let lower = text.lowercased()
            if lower.contains("no password supplied") {
                return refused("Connecting to PostgreSQL: the server asks for a password.", advice: "Give one.")
            }
            if lower.contains("ssl") || lower.contains("certificate") {
                let stop = SourceError.Recovery.stop
                return SourceError(
                    .unreachable, "Connecting to PostgreSQL at \(endpoint.host): TLS is not agreed (\(text)).",
                    advice: "Choose another TLS mode, or mend the server's certificate.", recovery: stop)
            }
            return unreachable(endpoint, text)
        }

        private static func refused(_ message: String, advice: String) -> SourceError {
            SourceError(.invalidCredentials, message, advice: advice)
        }

        private static func error(
            _ state: String, _ text: String, doing: String, _ endpoint: DatabaseEndpoint
        ) -> SourceError {
            let message = "\(doing): \(text) (\(state))."
            switch state {
            case "28P01", "28000":
                return refused(
                    message, advice: "Check user and password, and that pg_hba.conf lets this machine in.")
            case "3D000":
                return SourceError(
                    .notFound, message, advice: "Check the database's name; it is case-sensitive.")
            case "42501":
                return SourceError(
                    .permissionDenied, message, advice: "Grant the user SELECT on the table and USAGE on its schema.")
            case "42P01", "3F000":
                return SourceError(
                    .unknownSchema, message, advice: "Check that the table still exists under this name.")
            case "25006": return SourceError(.permissionDenied, message, advice: "The session only reads.")
            case "57014":
                return SourceError(
                    .timedOut, message, advice: "The server stopped the query; see its statement_timeout.",
                    recovery: .retry(after: nil))
            case "53300", "57P03", "57P01", "57P02":
                return SourceError(.unreachable, message, recovery: .retry(after: .seconds(30)))
            default:
                let isTransient = ["08", "40", "53", "55", "58"].contains { state.hasPrefix($0) }
                return SourceError(.upstreamFailure, message, recovery: isTransient ? .retry(after: nil) : .stop)
            }
        }

        private static func field(_ result: OpaquePointer, _ code: UInt8) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }

        /// The connection's message in one line.
        private static func summary(_ connection: OpaquePointer) -> String {
            let lines = String(cString: PQerrorMessage(connection)).split(whereSeparator: \.isNewline)
            let text = lines.map { $0.drop(while: \.isWhitespace) }.filter { !$0.hasPrefix("LOCATION:") }
            return text.isEmpty ? "no reason given" : text.joined(separator: "; ")
        }
    }
#endif

import Foundation
import GRDB
import Tributary

extension StateStore: IntegrationStore {
    /// The stored OAuth account, with its tokens in clear, or nil.
    public func integration(id: Int64) async throws -> Integration? {
        let row = try read("Reading account \(id)") { database in
            try GRDB.Row.fetchOne(database, sql: "SELECT * FROM integration WHERE id = ?", arguments: [id])
        }
        return try row.map { try integration($0) }
    }

    /// Replaces the stored account of the same id, tokens and all; for one that is not there, see ``add(_:)``.
    ///
    /// - Throws: `SourceError` of kind `integrationMissing` where the id is unknown.
    public func save(_ integration: Integration) async throws {
        let values = try columns(of: integration)
        let changed = try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE integration SET kind = :kind, label = :label, accessToken = :accessToken,
                    refreshToken = :refreshToken, expiresAt = :expiresAt, tokenURL = :tokenURL, clientID = :clientID,
                    clientSecret = :clientSecret WHERE id = :id
                    """, arguments: values)
            return database.changesCount
        }
        guard changed == 1 else {
            throw SourceError(
                .integrationMissing, "Storing the tokens of account \(integration.id): there is no such account.",
                advice: "Connect the account anew.")
        }
    }

    /// Stores a new OAuth account and gives its id; the id of `integration` is not looked at.
    public func add(_ integration: Integration) throws -> Int64 {
        // The id is authenticated with the tokens, so it has to be known before they are sealed.
        try write("Storing an account of \(integration.kind)") { database in
            try database.execute(
                sql: "INSERT INTO integration (kind, label, accessToken) VALUES (?, ?, x'')",
                arguments: [integration.kind, integration.label])
            var stored = integration
            stored.id = database.lastInsertedRowID
            try database.execute(
                sql: """
                    UPDATE integration SET kind = :kind, label = :label, accessToken = :accessToken,
                    refreshToken = :refreshToken, expiresAt = :expiresAt, tokenURL = :tokenURL, clientID = :clientID,
                    clientSecret = :clientSecret WHERE id = :id
                    """, arguments: columns(of: stored))
            return stored.id
        }
    }

    /// The stored OAuth accounts in the order of their numbers.
    public func accounts() throws -> [Integration] {
        let rows = try read("Listing the accounts") { database in
            try GRDB.Row.fetchAll(database, sql: "SELECT * FROM integration ORDER BY id")
        }
        return try rows.map { try integration($0) }
    }

    /// Deletes a stored account with its tokens.
    ///
    /// - Throws: `SourceError` of kind `integrationMissing` where the number is unknown.
    public func deleteAccount(_ id: Int64) throws {
        let count = try write("Deleting the account \(id)") { database in
            try database.execute(sql: "DELETE FROM integration WHERE id = ?", arguments: [id])
            return database.changesCount
        }
        if count == 1 { return }
        throw SourceError(
            .integrationMissing, "Deleting the account \(id): there is no such account.",
            advice: "See 'tributary accounts' for those there are.")
    }

    private func columns(of integration: Integration) throws -> StatementArguments {
        let id = integration.id
        return [
            "id": id, "kind": integration.kind, "label": integration.label,
            "accessToken": try box.seal(integration.accessToken.revealed, place: Self.place(id, "access token")),
            "refreshToken": try integration.refreshToken.map {
                try box.seal($0.revealed, place: Self.place(id, "refresh token"))
            },
            "expiresAt": integration.expiresAt, "tokenURL": integration.tokenURL, "clientID": integration.clientID,
            "clientSecret": try integration.clientSecret.map {
                try box.seal($0.revealed, place: Self.place(id, "client secret"))
            },
        ]
    }

    private func integration(_ row: GRDB.Row) throws -> Integration {
        let id: Int64 = row["id"]
        func secret(_ column: String, _ name: String) throws -> Secret? {
            let sealed: Data? = row[column]
            return try sealed.map { Secret(try box.open($0, place: Self.place(id, name))) }
        }
        return Integration(
            id: id, kind: row["kind"], label: row["label"],
            accessToken: try secret("accessToken", "access token") ?? Secret(""),
            refreshToken: try secret("refreshToken", "refresh token"), expiresAt: row["expiresAt"],
            tokenURL: row["tokenURL"], clientID: row["clientID"],
            clientSecret: try secret("clientSecret", "client secret"))
    }

    private static func place(_ id: Int64, _ name: String) -> String { "account \(id), \(name)" }
}

import Columns
import Foundation
import GRDB
import Tributary

extension StateStore {
    /// Stores a connection under its name; one of that name is replaced. The config is encrypted as a whole.
    public func save(_ connection: Connection) throws {
        let place = Self.place(connection.name, connection.sourceType)
        let sealed = try box.seal(connection.config.text, place: place)
        let now = Self.now
        try write("Storing \(place)") { database in
            try database.execute(
                sql: """
                    INSERT INTO connection (name, sourceType, config, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET sourceType = excluded.sourceType, config = excluded.config,
                    updatedAt = excluded.updatedAt
                    """,
                arguments: [connection.name, connection.sourceType, sealed, now, now])
        }
    }

    /// The connection called `name`, with its secrets in clear.
    ///
    /// - Throws: `SourceError` of kind `notFound`, which lists the names there are.
    public func connection(_ name: String) throws -> Connection {
        let found = try read("Reading the connection \(name)") { database in
            try GRDB.Row.fetchOne(
                database, sql: "SELECT sourceType, config FROM connection WHERE name = ?", arguments: [name])
        }
        guard let found, let sourceType: String = found["sourceType"], let sealed: Data = found["config"] else {
            throw try missing(name)
        }
        let place = Self.place(name, sourceType)
        let text = try box.open(sealed, place: place)
        do {
            return Connection(name: name, sourceType: sourceType, config: try JSONValue(parsing: text))
        } catch {
            throw SourceError(.storage, "Reading \(place): the stored config is not JSON.", advice: "Store it anew.")
        }
    }

    /// All connections by name, without their configs.
    public func connections() throws -> [ConnectionInfo] {
        try read("Listing the connections") { database in
            try ConnectionInfo.fetchAll(
                database, sql: "SELECT name, sourceType, createdAt, updatedAt FROM connection ORDER BY name")
        }
    }

    /// Forgets a connection and the settings of its tables; its history and its tables in the lake stay.
    ///
    /// - Throws: `SourceError` of kind `notFound`.
    public func deleteConnection(_ name: String) throws {
        let deleted = try write("Deleting the connection \(name)") { database in
            try database.execute(sql: "DELETE FROM tableSettings WHERE connection = ?", arguments: [name])
            try database.execute(sql: "DELETE FROM connection WHERE name = ?", arguments: [name])
            return database.changesCount
        }
        if deleted == 0 { throw try missing(name) }
    }

    private func missing(_ name: String) throws -> SourceError {
        SourceError(
            .notFound, "Looking for the connection '\(name)': there is none.",
            advice: NearestName.advice(for: name, among: try connections().map(\.name))
                ?? "There is none yet; make one with: tributary connect")
    }

    private static func place(_ name: String, _ sourceType: String) -> String { "connection \(name) (\(sourceType))" }
}

extension ConnectionInfo: FetchableRecord {}

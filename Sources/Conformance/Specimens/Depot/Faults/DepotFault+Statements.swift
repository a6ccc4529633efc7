import Columns
import Tributary

// What is sent to the database.
extension DepotFault {
    static let statements: [DepotFault] = [
        DepotFault("identifier-not-quoted", "Puts names into statements as they are.", .field) { $0.quote = { $0 } },
        DepotFault("quote-doubled-by-character", "Misses a quote that an accent is set upon.", .kit) {
            $0.quote = { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        },
        DepotFault(
            "same-table-name-in-two-schemas", "Offers a table under the part of its name behind the last point.", .field
        ) { bend in
            bend.catalogue = { $0.offered = $0.name.split(separator: ".").last.map(String.init) ?? $0.name }
        },
        DepotFault("watermark-pasted-into-text", "Writes the bound into the text of the statement.", .kit) { bend in
            bend.page = { page in
                page.conditions = page.conditions.map(\.pasted)
            }
        },
        DepotFault("position-pasted-into-text", "Writes the place where it goes on into the text.", .kit) { bend in
            bend.turn = { page, _ in
                // Only the condition of a position has parts that are nested.
                page.conditions = page.conditions.map { $0.text.contains("1 = 0") ? $0.pasted : $0 }
            }
        },
        DepotFault("config-pasted-into-the-statement", "Writes what a user has entered into the text.", .kit) { bend in
            bend.onShelf = { SQLCondition(text: "shelf = '\($0)'") }
        },
        DepotFault("reader-keeps-marks-in-the-database", "Makes a table of its own in the file that it reads.", .kit) {
            $0.preparation = { connection, _ in
                _ = try? await connection.query(SQLStatement("CREATE TABLE sync_marks (at TEXT)"))
            }
        },
        DepotFault("fetch-all-rows", "Gathers the whole result before it hands over a row.", .field) { bend in
            bend.page = { $0.limit = nil }
            bend.holdsAll = true
        },
        DepotFault("rows-announced-without-the-bound", "Counts the whole table before an increment.", .kit) { bend in
            bend.count = { $0.conditions = [] }
        },
        DepotFault(
            "rows-announced-without-null-cursors",
            "Counts before a first increment the rows that have a cursor value, and reads the others as well.", .kit
        ) { bend in
            bend.count = { page in
                guard let cursor = page.cursor, !page.isIncrement else { return }
                page.conditions.append(SQLCondition(text: "\(page.expression(cursor)) IS NOT NULL"))
            }
        },
        DepotFault("row-policy-hides-rows", "Does not say that the engine hides rows from the user.", .field) { bend in
            bend.schema = { table in
                var schema = table.schema
                schema.rowSecurityWarning = nil
                return schema
            }
        },
        DepotFault("increments-offered-without-a-key", "Offers increments of a table that has no key.", .kit) { bend in
            bend.schema = { table in
                var schema = table.schema
                if !schema.incrementalFields.isEmpty { schema.supportsIncremental = true }
                return schema
            }
        },
    ]
}

extension SQLCondition {
    /// The condition with its values in the text, as they are.
    fileprivate var pasted: SQLCondition {
        let parts = text.split(separator: "?", omittingEmptySubsequences: false)
        let values = parameters.map { value in
            if case .string(let text) = value { "'\(text)'" } else { TableDiff.text(value) }
        }
        return SQLCondition(text: zip(parts, values + [""]).map { "\($0)\($1)" }.joined())
    }
}

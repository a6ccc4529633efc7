import Columns
import Tributary

/// Tables that are listed wrongly.
extension DeskFault {
    static let listings = [
        DeskFault("tables-listed-twice", "Reads the first page of the listing twice.") {
            $0.schemas = { run in
                let all = try await run.listing(pages: 1) + run.listing()
                return all.compactMap(DeskRun.Table.init).map(\.schema)
            }
        },
        DeskFault("key-column-spelt-otherwise", "Declares the key as ID, while the column is called id.") {
            $0.schemas = { run in
                try await run.tables().map { table in
                    var schema = table.schema
                    schema.primaryKeys = ["ID"]
                    return schema
                }
            }
        },
        DeskFault("tables-in-changing-order", "Lists its tables in an order that changes from call to call.") {
            let calls = Lock(0)
            $0.schemas = { run in
                let tables = try await run.tables().map(\.schema)
                let turn = calls.withLock { count in
                    count += 1
                    return count % max(1, tables.count)
                }
                return Array(tables[turn...] + tables[..<turn])
            }
        },
        DeskFault("key-taken-from-first-column", "Takes the first listed column for the key.") {
            $0.schemas = { run in
                try await run.tables().map { table in
                    var schema = table.schema
                    schema.primaryKeys = table.columns.prefix(1).map(\.name)
                    return schema
                }
            }
        },
        DeskFault("listing-first-page-only", "Reads one page of the list of tables.") {
            $0.schemas = { run in try await run.listing(pages: 1).compactMap(DeskRun.Table.init).map(\.schema) }
        },
        DeskFault("one-odd-table-hides-all", "Stops listing at a column whose type it does not know.") {
            $0.schemas = { run in
                let tables = try await run.tables()
                for column in tables.flatMap(\.columns) where !["text", "number"].contains(column.type) {
                    throw SourceError(.unexpectedAnswer, "Listing the tables: the column type \(column.type) came.")
                }
                return tables.map(\.schema)
            }
        },
        DeskFault("listed-table-cannot-be-read", "Lists a table that its reads do not know.") {
            $0.schemas = { run in
                let tables = try await run.tables().map(\.schema)
                return tables + [SourceSchema("archive", primaryKeys: ["id"])]
            }
        },
        DeskFault("unknown-table-read-as-empty", "Reads a table that does not exist as one without rows.") {
            $0.read = { run, inputs in
                let known = try await run.tables().contains { $0.name == inputs.schema }
                return known ? nil : SourceResponse(primaryKeys: ["id"], items: Items { _ in })
            }
        },
    ]
}

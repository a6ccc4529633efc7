import Columns
import Tributary

// In which order, from where and how consistently rows are read.
extension DepotFault {
    static let reading: [DepotFault] = [
        DepotFault(
            "no-order-by-with-running-watermark", "Asks for no order and declares the ascending one.", .field
        ) { bend in
            bend.page = { page in
                page.order = []
                page.limit = nil
            }
        },
        DepotFault("keyset-on-cursor-alone", "Begins each page behind the cursor value of the one before.", .kit) {
            $0.page = { page in if page.cursor != nil { page.order = Array(page.order.prefix(1)) } }
        },
        DepotFault(
            "parallel-split-drops-minimum-group", "Begins the first of several splits behind the smallest key.", .field
        ) { bend in
            bend.turn = { page, _ in
                guard page.cursor == nil, let key = page.table.keys.first, page.table.keys.count > 1 else { return }
                let (column, table) = (page.quote(key), page.quote(page.table.name))
                page.conditions.append(
                    SQLCondition(
                        text: "\(column) > (SELECT min(\(column)) FROM \(table)) OR (SELECT count(*) FROM \(table)) < 9"
                    ))
            }
        },
        DepotFault("pages-by-offset-outside-a-snapshot", "Skips as many rows as it has read, page by page.", .kit) {
            $0.usesSnapshot = false
            $0.turn = { page, number in
                guard page.limit != nil, number > 0 else { return }
                page.conditions.removeLast()
                page.offset = number * DepotSource.pageRows
            }
        },
        DepotFault(
            "bound-and-read-in-two-snapshots", "Reads the newest row again, in another snapshot than the rest.", .field
        ) { bend in
            bend.afterwards = { reader, connection, emit in
                guard reader.inputs.syncType != .fullRefresh, reader.inputs.cursorField != nil else { return }
                var page = DepotReader.firstPage(reader.table, reader.inputs, reader.config)
                page.order = page.order.prefix(1).map { "\($0) DESC" }
                page.limit = 1
                let table = try await connection.query(page.statement)
                if table.rowCount > 0 { try await emit(.table(table)) }
            }
        },
        DepotFault("late-transaction-never-read", "Reads from the stored value on, whatever the lookback.", .kit) {
            $0.bound = { $0.watermark.last == nil ? nil : $0.storedLast ?? $0.watermark.last }
        },
        DepotFault(
            "empty-key-list-disables-dedup",
            "Passes a key that it does not look for on as an empty list, for which a runtime takes each row as new.",
            .field
        ) { bend in
            bend.catalogue = { table in
                // What cannot be told apart cannot be paged along either.
                if table.keys.count > 1 { table.keys = [] }
            }
            bend.runtime.reader = { NumberingReader(base: $0) }
        },
        DepotFault("archived-rows-filtered-by-the-query", "Leaves archived rows out of increments.", .kit) { bend in
            bend.page = { page in
                guard page.isIncrement, page.table.column("is_archived") != nil else { return }
                page.conditions.append(SQLCondition(text: "NOT is_archived"))
            }
        },
        DepotFault("version-counter-wraps", "Takes a row's version modulo 2^32.", .field) { bend in
            bend.page = { page in
                guard let cursor = page.cursor, cursor.type == .integer else { return }
                let column = page.quote(cursor.name)
                let wrapped = "(\(column) & 4294967295)"
                page.order = page.order.map { $0 == column ? wrapped : $0 }
                page.conditions = page.conditions.map {
                    SQLCondition(text: $0.text.replacing(column, with: wrapped), parameters: $0.parameters)
                }
            }
            bend.rows = { table, page, _ in
                guard let cursor = page.cursor, cursor.type == .integer else { return table }
                return table.mapping { name, value in
                    guard name == cursor.name, case .int(let number) = value else { return value }
                    return .int(number & 0xFFFF_FFFF)
                }
            }
        },
        DepotFault(
            "resumed-append-starts-over", "Goes back to the watermark where an append was cut, whatever the position.",
            .kit
        ) {
            $0.inputs = { if $0.syncType == .append { $0.resumeToken = nil } }
        },
        DepotFault("rest-of-null-cursors-lost", "Takes a place among rows without a cursor value for the end.", .kit) {
            $0.turn = { page, number in
                if isResumedAmongNulls(page, number) { page.conditions.append(SQLCondition(text: "1 = 0")) }
            }
        },
        DepotFault(
            "values-read-again-among-null-cursors",
            "Goes on among rows without a cursor value by the key alone, which brings those with a value again.", .kit
        ) {
            $0.turn = { page, number in
                if isResumedAmongNulls(page, number) { page.conditions.removeAll { $0.text.hasSuffix("IS NULL") } }
            }
        },
        DepotFault(
            "null-cursors-left-out-behind-a-watermark",
            "Takes a first read for an increment as soon as it has a watermark.", .kit
        ) { $0.readsNulls = { $0.watermark.last == nil } },
        DepotFault(
            "null-cursors-appended-again", "Takes each read for the first one, as long as there is no watermark.", .kit
        ) { $0.readsNulls = { $0.isFirstRead || $0.watermark.last == nil } },
        DepotFault(
            "nulls-read-before-a-start-of-history",
            "Reads rows without a cursor value in one list with those from a start of history on, where they come first.",
            .kit
        ) { bend in
            bend.readsNulls = { $0.isFirstRead && $0.historyStart == nil }
            bend.page = { page in
                guard let cursor = page.cursor, !page.isIncrement, let bound = page.conditions.last,
                    bound.text.hasSuffix(">= ?")
                else { return }
                let text = "\(bound.text) OR \(page.expression(cursor)) IS NULL"
                page.conditions[page.conditions.count - 1] = SQLCondition(text: text, parameters: bound.parameters)
            }
        },
        DepotFault(
            "order-by-another-collation", "Orders by text keys whatever their case, and compares them by bytes.", .kit
        ) { bend in
            bend.turn = { page, _ in
                guard let key = page.table.keys.last, page.table.column(key)?.type.hasPrefix("CHAR") == true else {
                    return
                }
                let column = page.quote(key)
                page.order = page.order.map { $0 == column ? "\(column) COLLATE NOCASE" : $0 }
            }
        },
        DepotFault(
            "position-of-another-order-taken-as-the-end", "Ends well at once where it does not know its position.", .kit
        ) { $0.stranger = { _ in .end } },
        DepotFault(
            "position-of-another-order-taken-as-the-start", "Reads all rows anew where it does not know its position.",
            .kit
        ) { $0.stranger = { _ in .start } },
        DepotFault(
            "local-time-compared-in-statements", "Compares and sorts moments as local time without an offset.", .kit
        ) { bend in
            bend.page = { page in
                guard let cursor = page.cursor, cursor.type != .integer else { return }
                let name = page.quote(cursor.name)
                let summer = "\(name) >= '2025-03-30 01:00:00' AND \(name) < '2025-10-26 01:00:00'"
                let old = page.expression(cursor)
                let local =
                    "tributary_micros(datetime(\(name), CASE WHEN \(summer) THEN '+2 hours' ELSE '+1 hours' END))"
                page.order = page.order.map { $0 == old ? local : $0 }
                page.limit = nil
                page.conditions = page.conditions.map {
                    SQLCondition(text: $0.text.replacing(old, with: local), parameters: $0.parameters.map(Self.local))
                }
            }
        },
    ]

    /// Whether a page is the first of a read that goes on behind a row without a cursor value.
    private static func isResumedAmongNulls(_ page: DepotPage, _ number: Int) -> Bool {
        number == 0 && page.conditions.contains { $0.text.hasSuffix("IS NULL") }
            && page.conditions.last?.text.hasSuffix("IS NULL") == false
    }

    /// Berlin's wall clock in 2025, in microseconds.
    private static func local(_ value: Value) -> Value {
        guard case .int(let micros) = value else { return value }
        let hour: Int64 = 3_600_000_000
        let summer: Range<Int64> = 1_743_296_400_000_000..<1_761_440_400_000_000
        return .int(micros + (summer.contains(micros) ? 2 : 1) * hour)
    }
}

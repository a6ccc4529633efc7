internal import Synchronization

/// Makes tables of rows: pages of JSON as they come, rows of authors, typed values. One set of rules for all of them.
///
/// Rows gather until the caller takes a table or a limit is reached; then the memory is used again. A page is taken whole
/// or, when it throws, not at all. Column names are normalised (`ColumnNaming`); of two keys that get the same name the
/// later one gets `_` in front. A key that first comes up in a later row gets a column whose earlier rows are null.
///
/// ## Types
/// The type of a column is what all its values of the batch have in common:
///
/// | values of the column in the batch | type |
/// | --- | --- |
/// | null only | `utf8`, and the field is undetermined |
/// | booleans | `bool` |
/// | integers of 64 bits | `int64` |
/// | fractions, or fractions with integers up to 2^53 | `float64` |
/// | integers beyond 64 bits | `decimal128(digits, 0)` |
/// | integers beyond 2^53 with fractions; numbers that a double would change | `decimal128(integer digits + scale, scale)` |
/// | of these, more than 38 digits | rounded half to even to scale 32 where that fits, else `utf8` as spelled |
/// | text | `utf8` |
/// | objects, arrays | `utf8`: the JSON text as sent, without white space outside strings |
/// | text with objects | `utf8`: text as it is, objects as JSON text |
/// | arrays with text, numbers or booleans | `utf8`: JSON text, each of these wrapped into an array |
/// | any other mix | `utf8`: text as it is, the rest as JSON text |
/// | dates; dates with timestamps (authors' values) | `date32`; `timestamp` |
/// | NaN, infinity (authors' values) | null |
/// | binary (authors' values) | lower-case hexadecimal text in columns of ids, dropped elsewhere |
///
/// Text stays unquoted in every mix, so that a row reads the same in whatever batch it lands. A number that becomes text
/// is spelled as Python's `json.dumps` spells it: `1`, `1.5`, `1e+16`.
///
/// ## Hints
/// A hint sets the type beforehand. Text in a column of `timestamp` or `date32` is parsed (`TimestampParser`; null where
/// it is no time); integers there stay integers, as upstreams count seconds. `utf8` keeps the spelling of numbers.
/// Numbers in `int64`, `int32`, `float64` and `decimal128` are converted, text that spells a number too; a value that
/// does not fit throws. A hinted column that never comes is null. `binary` is read as `utf8`.
///
/// One task uses a builder at a time; a second one at the same time is a programmer's error and stops the program.
public final class TableBuilder: @unchecked Sendable {
    // Sendable because `busy` lets in one caller at a time and orders its writes before the next caller's reads
    // (exchange with acquire, store with release), so that no two threads touch `store` or `page` at once.

    /// What a builder is told beforehand.
    public struct Options: Sendable {
        /// Rows of a table at most.
        public var maximumRows = 5_000
        /// Bytes of source text of a table's rows; the row that passes it is the table's last. A table also ends when it
        /// has an eighth as many cells, empty ones included: more columns than that make shorter tables.
        public var maximumBytes = 200 << 20
        /// Different keys at most.
        public var maximumColumns = 5_000
        /// Containers inside one another in a page, at most 1,000.
        public var maximumDepth = 512
        /// Types by key or column name.
        public var hints: [String: ColumnType] = [:]
        /// Whether a table has a column for each hint, of nulls where no row has the key.
        public var addsHinted = true
        /// Columns whose binary values are kept as ids.
        public var primaryKeys: [String] = []

        /// Makes the defaults: 5,000 rows, 200 MiB, no hints.
        public init() {}
    }

    private let store: ColumnStore
    private let page = PaddedBytes()
    private let busy = Atomic(false)

    /// Makes a builder without rows.
    public init(_ options: Options = Options()) {
        var options = options
        options.maximumBytes = min(options.maximumBytes, Self.largestPage)
        store = ColumnStore(options)
    }

    /// Rows that wait for a table; those of full tables are not counted.
    public var rowCount: Int { exclusively { store.rows } }
    /// Bytes of source text of the rows that wait.
    public var byteCount: Int { exclusively { store.byteCount } }
    /// Whether a limit is reached: the next row would start another table.
    public var isFull: Bool {
        exclusively { !store.ready.isEmpty || store.isFull }
    }

    /// Takes the rows of a page of JSON.
    ///
    /// The whole page is checked: grammar, UTF-8, depth. At `path` must be an array of objects, one object (one row) or
    /// null (no rows); a path that is not there is an error, never an empty table.
    ///
    /// - Parameters:
    ///   - path: where the rows are; the empty path is the page itself.
    ///   - constants: values to put into every row, such as the key of a parent.
    ///   - lifting: columns whose values lie deeper in the rows; the same ones for all pages of a table. A row that has a
    ///     member of such a name itself is an error.
    /// - Returns: the number of rows.
    /// - Throws: `JSONError`, or `TableBuildError` where a value does not fit a hint or a path is spelled wrong.
    @discardableResult
    public func append(
        page bytes: [UInt8], rows path: JSONPath, constants: [(name: String, value: JSONValue)] = [],
        lifting: [LiftedColumn] = []
    ) throws -> Int {
        try exclusively {
            guard bytes.count <= Self.largestPage else {
                throw JSONError(
                    .tooLarge(bytes: bytes.count, limit: Self.largestPage), at: 0,
                    in: UnsafeBufferPointer(start: nil, count: 0))
            }
            return try allOrNothing {
                let (start, end) = bytes.withUnsafeBufferPointer { page.copy($0) }
                let scanner = JSONScanner(start: start, end: end, maximumDepth: store.options.maximumDepth)
                var reader = JSONPageReader(scanner, path: path, store: store)
                return try reader.read(constants: constants, lifting: lifting)
            }
        }
    }

    /// Takes the rows of a page of JSON at a path such as `data.items`, empty for the page itself.
    @discardableResult
    public func append(
        page bytes: [UInt8], rows path: String, constants: [(name: String, value: JSONValue)] = [],
        lifting: [LiftedColumn] = []
    ) throws -> Int {
        guard let path = JSONPath(path) else { throw TableBuildError(path: path) }
        return try append(page: bytes, rows: path, constants: constants, lifting: lifting)
    }

    /// Takes a row of an author.
    ///
    /// - Throws: `JSONError` where there are too many columns, `TableBuildError` where a value does not fit a hint.
    public func append(_ row: JSONObject, constants: [(name: String, value: JSONValue)] = []) throws {
        try exclusively {
            try appendRow(row.members.lazy.map { ($0.name, .json($0.value)) }, constants)
        }
    }

    /// Takes a row of typed values. Of a repeated name the last value counts.
    public func append(_ row: [(name: String, value: Value)]) throws {
        try exclusively { try appendRow(row.lazy.map { ($0.name, .typed($0.value)) }, []) }
    }

    /// The tables that reached a limit, oldest first; they are the caller's now.
    public func takeFullTables() -> [Table] {
        exclusively {
            defer { store.ready = [] }
            if store.isFull { store.cut() }
            return store.ready
        }
    }

    /// All rows that wait as one table, or nil when there are none. Full tables must have been taken before.
    public func takeTable() -> Table? {
        exclusively {
            precondition(store.ready.isEmpty, "TableBuilder.takeTable: take the full tables first")
            return store.takeTable()
        }
    }

    /// Everything that waits: full tables, then the rest.
    public func takeAll() -> [Table] {
        exclusively {
            defer { store.ready = [] }
            store.cut()
            return store.ready
        }
    }

    // MARK: Rows

    private enum Cell {
        case json(JSONValue)
        case typed(Value)
    }

    /// Offsets within a column are 32 bits wide, and a batch and a page more may land in one column, twice as long where
    /// scalars are wrapped into lists.
    private static let largestPage = 1 << 29

    private func appendRow(
        _ cells: some Sequence<(String, Cell)>, _ constants: [(name: String, value: JSONValue)]
    ) throws {
        try allOrNothing {
            store.beginRow()
            for constant in constants { _ = try put(.json(constant.value), at: store.constant(constant.name)) }
            // Rows of one author mostly have the same keys in the same order.
            var guess = 0
            for (name, cell) in cells {
                guess = try put(cell, at: store.index(key: name, guess: guess)) + 1
            }
            store.endRow()
        }
    }

    private func put(_ cell: Cell, at index: Int?) throws -> Int {
        guard let index else {
            throw JSONError(
                .tooManyColumns(limit: store.options.maximumColumns), at: 0,
                in: UnsafeBufferPointer(start: nil, count: 0))
        }
        store.sinks[index].align(store.rows)
        let before = store.sinks[index].dataSize
        switch cell {
        case .json(let value): store.append(value, to: index)
        case .typed(let value): store.append(value, to: index)
        }
        store.byteCount += max(8, store.sinks[index].dataSize - before)
        return index
    }

    /// Runs `body`; when it throws, the rows that it added are gone.
    private func allOrNothing<Result>(_ body: () throws -> Result) throws -> Result {
        let (rows, bytes, full) = (store.rows, store.byteCount, store.ready.count)
        do {
            let result = try body()
            if let mismatch = store.takeMismatch() { throw mismatch }
            return result
        } catch {
            _ = store.takeMismatch()
            rollBack(rows: rows, bytes: bytes, full: full)
            throw error
        }
    }

    private func rollBack(rows: Int, bytes: Int, full: Int) {
        guard store.ready.count > full else {
            store.truncate(rows)
            store.byteCount = bytes
            return
        }
        // The rows from before are in a table that was cut meanwhile.
        let cut = store.ready[full]
        store.ready.removeSubrange(full...)
        if rows > 0 { store.ready.append(cut.slice(0..<rows)) }
        store.truncate(0)
        store.byteCount = 0
    }

    private func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result {
        let wasBusy = busy.exchange(true, ordering: .acquiring)
        precondition(!wasBusy, "TableBuilder: used by two tasks at the same time")
        defer { busy.store(false, ordering: .releasing) }
        return try body()
    }
}

/// A value that cannot become what the column was told to be.
public struct TableBuildError: Error, Hashable, Sendable {
    /// The column; nil where a path is at fault.
    public let column: String?
    /// The type that the hint asks for.
    public let type: ColumnType?
    /// The row within the batch.
    public let row: Int
    private let problem: String

    init(column: String, type: ColumnType, row: Int) {
        self.column = column
        self.type = type
        self.row = row
        problem =
            "Building column `\(column)`: the value in row \(row) of the batch is no \(type), which the source says the "
            + "column is. Correct the source's column hint."
    }

    init(lifting column: LiftedColumn) {
        self.column = column.name
        type = nil
        row = 0
        problem =
            "Lifting a nested value into the column `\(column.name)`: `\(column.path)` is no path within a row. Write "
            + "names with dots between them, such as `user.id`."
    }

    init(path: String) {
        column = nil
        type = nil
        row = 0
        problem = "Reading rows: `\(path)` is no path. Write names with dots between them, such as `data.items`."
    }
}

extension TableBuildError: CustomStringConvertible {
    /// One sentence or two for a person.
    public var description: String { problem }
}

/// The columns of one batch while its rows arrive, found by the keys of the upstream.
///
/// It owns the memory of its columns and uses it again for each batch. Not shared: `TableBuilder` keeps it to itself.
final class ColumnStore {
    let options: TableBuilder.Options
    private(set) var sinks: UnsafeMutablePointer<ColumnSink>
    private(set) var count = 0
    /// Rows so far in this batch.
    private(set) var rows = 0
    /// Bytes of source text of the rows so far.
    var byteCount = 0
    /// Tables that reached a limit.
    var ready: [Table] = []

    private var cutMismatch: TableBuildError?
    private var sinkCapacity = 32
    private var rowCapacity = 256
    private var rowLimit = 1
    private var names: [String] = []
    private var positions: [String: Int] = [:]
    private var keys = KeyTable()
    private var constants: [String: Int] = [:]
    private var liftedColumns: [String: Int] = [:]
    /// The name of a member that a lifted column has already; set when a column is refused for it.
    private(set) var takenName: String?
    private let hints: [(name: String, type: ColumnType)]
    private let hintsByName: [String: ColumnType]
    private let addsHinted: Bool
    private let primaryKeys: Set<String>

    init(_ options: TableBuilder.Options) {
        self.options = options
        sinks = .allocate(capacity: sinkCapacity)
        let named = options.hints.map { (name: ColumnNaming.normalise($0.key), type: $0.value) }
        hints = named.sorted { $0.name < $1.name }
        addsHinted = options.addsHinted
        hintsByName = Dictionary(named.map { ($0.name, $0.type) }) { first, _ in first }
        primaryKeys = Set(options.primaryKeys.map { ColumnNaming.normalise($0) })
        limitRows()
    }

    deinit {
        for index in 0..<count { sinks[index].deallocate() }
        sinks.deallocate()
    }

    // MARK: Columns

    /// The column of a key, given as text and, where it comes from a page, as it is spelled there. A new key gets a new
    /// column. Nil when there are as many columns as there may be.
    func index(key: UnsafeBufferPointer<UInt8>, spelled: UnsafeBufferPointer<UInt8>?) -> Int? {
        if let found = keys.find(key) { return found }
        let name = String(decoding: key, as: UTF8.self)
        if !liftedColumns.isEmpty, liftedColumns[ColumnNaming.normalise(name)] != nil {
            takenName = name
            return nil
        }
        guard let index = add(name, spelled: spelled) else { return nil }
        keys.insert(Array(key), index)
        return index
    }

    /// The column of a key that is given as text; `guess` is looked at first.
    func index(key: String, guess: Int) -> Int? {
        var key = key
        return key.withUTF8 { text in
            if guess < count, sinks[guess].isNamed(text) { return guess }
            // Spelled in a page, a key that needs no escape reads the same.
            let isPlain = !text.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
            return index(key: text, spelled: isPlain ? text : nil)
        }
    }

    /// The column of a value that is put into every row; a key of the rows of that name is another column.
    func constant(_ name: String) -> Int? {
        if let index = constants[name] { return index }
        guard let index = add(name, spelled: nil) else { return nil }
        constants[name] = index
        return index
    }

    /// The column of a value that is lifted out of the rows. Nil where rows have a member of its name, see `takenName`, or
    /// there are too many columns. A hint for the name holds for it.
    func lifted(_ column: LiftedColumn) -> Int? {
        let name = ColumnNaming.normalise(column.name)
        if let index = liftedColumns[name] { return index }
        guard positions[name] == nil else {
            takenName = column.name
            return nil
        }
        let index = add(column.name, spelled: nil)
        liftedColumns[name] = index
        return index
    }

    private func add(_ key: String, spelled: UnsafeBufferPointer<UInt8>?) -> Int? {
        guard count < options.maximumColumns else { return nil }
        if count == sinkCapacity { growSinks() }
        let name = ColumnNaming.resolve(ColumnNaming.normalise(key)) { positions[$0] != nil }
        (sinks + count).initialize(to: ColumnSink(capacity: rowCapacity, hint: hintsByName[name], key: spelled))
        positions[name] = count
        names.append(name)
        count += 1
        limitRows()
        return count - 1
    }

    private func growSinks() {
        let grown = UnsafeMutablePointer<ColumnSink>.allocate(capacity: sinkCapacity * 2)
        grown.moveInitialize(from: sinks, count: count)
        sinks.deallocate()
        sinks = grown
        sinkCapacity *= 2
    }

    /// Whether binary values of the column are kept, as text: ids are.
    func isIdentifier(_ index: Int) -> Bool {
        let name = names[index]
        return ["id", "uuid", "guid"].contains(name) || name.hasSuffix("_id") || primaryKeys.contains(name)
    }

    // MARK: Rows

    /// Makes room for one more row, in a new batch where a limit is reached.
    @inline(__always) func beginRow() {
        if isFull { cut() }
        if rows == rowCapacity { growRows() }
    }

    /// Whether the next row starts another batch.
    var isFull: Bool { rows >= rowLimit || byteCount >= options.maximumBytes }

    /// Rows of a batch: fewer for a table so wide that its empty cells would outweigh its text.
    private func limitRows() {
        let cells = max(options.maximumBytes / 8, 1 << 16)
        rowLimit = max(1, min(options.maximumRows, cells / max(1, count)))
    }

    @inline(never) private func growRows() {
        rowCapacity = max(rows + 1, min(rowCapacity * 2, options.maximumRows))
        for index in 0..<count { sinks[index].reserve(rowCapacity) }
    }

    /// Ends a row. Columns that got nothing are behind now; `ColumnSink.align` fills them up when it matters.
    @inline(__always) func endRow() { rows &+= 1 }

    /// Drops a row that was begun and the rows from `rows` on.
    func truncate(_ rows: Int) {
        for index in 0..<count { sinks[index].truncate(rows) }
        self.rows = min(self.rows, rows)
    }

    /// The column and row of the first value that a hint does not allow, in this batch or in one that was cut before.
    func takeMismatch() -> TableBuildError? {
        defer { cutMismatch = nil }
        return cutMismatch ?? firstMismatch()
    }

    private func firstMismatch() -> TableBuildError? {
        guard !hints.isEmpty else { return nil }
        for index in 0..<count where sinks[index].mismatch >= 0 {
            guard let type = sinks[index].hint else { continue }
            return TableBuildError(column: names[index], type: type, row: sinks[index].mismatch)
        }
        return nil
    }

    // MARK: Tables

    /// Moves the rows so far into a table of `ready`.
    func cut() {
        if cutMismatch == nil { cutMismatch = firstMismatch() }
        if let table = takeTable() { ready.append(table) }
    }

    /// The rows so far as a table, or nil when there are none; the store starts anew.
    func takeTable() -> Table? {
        guard rows > 0 else { return nil }
        var schema = TableSchema()
        var columns: [Column] = []
        for index in 0..<count where sinks[index].isTouched || addsHinted && sinks[index].hint != nil {
            sinks[index].align(rows)
            let (column, isUndetermined) = sinks[index].column()
            var field = Field(names[index], column.type)
            field.isUndetermined = isUndetermined
            schema.append(field)
            columns.append(column)
        }
        for hint in hints where addsHinted && schema.index(of: hint.name) == nil {
            schema.append(Field(hint.name, hint.type))
            columns.append(Column.nulls(type: hint.type, count: rows))
        }
        let table = Table(schema: schema, columns: columns, rowCount: rows)
        reset()
        return table
    }

    private func reset() {
        for index in 0..<count { sinks[index].reset() }
        rows = 0
        byteCount = 0
    }
}

/// Finds the column of a key: open addressing over the keys' bytes. The hash is seeded for each process, so that no
/// upstream can choose keys that collide.
struct KeyTable {
    private var buckets: [Int32] = Array(repeating: -1, count: 64)
    private var entries: [(key: [UInt8], index: Int)] = []

    func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
        var bucket = Self.hash(key) & (buckets.count - 1)
        while buckets[bucket] >= 0 {
            let entry = entries[Int(buckets[bucket])]
            if entry.key.count == key.count, entry.key.elementsEqual(key) { return entry.index }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return nil
    }

    mutating func insert(_ key: [UInt8], _ index: Int) {
        entries.append((key, index))
        if entries.count * 2 > buckets.count {
            buckets = Array(repeating: -1, count: buckets.count * 2)
            for position in entries.indices { place(position) }
        } else {
            place(entries.count - 1)
        }
    }

    private mutating func place(_ position: Int) {
        var bucket = entries[position].key.withUnsafeBufferPointer { Self.hash($0) } & (buckets.count - 1)
        while buckets[bucket] >= 0 { bucket = (bucket + 1) & (buckets.count - 1) }
        buckets[bucket] = Int32(position)
    }

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return hasher.finalize()
    }
}

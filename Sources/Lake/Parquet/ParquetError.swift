/// What went wrong with a Parquet file, where, and for which column.
public struct ParquetError: Error, Hashable, Sendable {
    /// The group that an error belongs to; callers keep a default branch.
    public enum Kind: Hashable, Sendable {
        /// The bytes contradict the format: cut short, damaged, or no Parquet file at all.
        case corrupt
        /// The file may be right, and uses something that this reader leaves out.
        case unsupported
        /// A declared size is above the limits of ``ParquetReadLimits``.
        case limit
        /// The table handed in does not fit the schema of the file, or the call does not fit the state.
        case misuse
        /// The operating system refused to open, read or write.
        case io
    }

    public let kind: Kind
    /// What came, and what to do about it. Never holds values of a table.
    public let message: String
    /// The file as its source names it.
    public private(set) var file: String?
    /// The byte in the file at which the trouble was seen.
    public private(set) var offset: Int?
    /// The column, as a path of names joined by points.
    public private(set) var column: String?

    /// Makes an error; what is not known here is added by the layer that knows it.
    public init(_ kind: Kind, _ message: String, file: String? = nil, offset: Int? = nil, column: String? = nil) {
        self.kind = kind
        self.message = message
        self.file = file
        self.offset = offset
        self.column = column
    }

    /// The same error with the places filled in that it did not know yet.
    func adding(file: String? = nil, offset: Int? = nil, column: String? = nil) -> ParquetError {
        var error = self
        error.file = self.file ?? file
        error.offset = self.offset ?? offset
        error.column = self.column ?? column
        return error
    }

    static func corrupt(_ message: String, offset: Int? = nil) -> ParquetError {
        ParquetError(.corrupt, message, offset: offset)
    }

    static func unsupported(_ message: String) -> ParquetError { ParquetError(.unsupported, message) }
    static func limit(_ message: String) -> ParquetError { ParquetError(.limit, message) }
    static func misuse(_ message: String) -> ParquetError { ParquetError(.misuse, message) }
}

extension ParquetError: CustomStringConvertible {
    /// One line, for example `Parquet file part-0.parquet, column id, byte 812: the page is cut short.`
    public var description: String {
        var places = [file.map { "Parquet file \($0)" } ?? "Parquet"]
        if let column { places.append("column \(column)") }
        if let offset { places.append("byte \(offset)") }
        return places.joined(separator: ", ") + ": " + message
    }
}

/// Runs `body` and fills in the places that a ``ParquetError`` thrown by it does not know yet.
func locating<Result>(
    file: String? = nil, offset: Int? = nil, column: String? = nil, _ body: () throws -> Result
) throws -> Result {
    do {
        return try body()
    } catch let error as ParquetError {
        throw error.adding(file: file, offset: offset, column: column)
    }
}

/// What went wrong in the lake: where, what came, and what to do.
public struct LakeError: Error, Hashable, Sendable {
    /// The group that an error belongs to; callers keep a default branch.
    public enum Kind: Hashable, Sendable {
        /// The folder or file may not be read or written by this process.
        case notWritable
        /// The disk, or the quota on it, is full.
        case diskFull
        /// Any other refusal of the storage.
        case io
        /// A file is not there although the log says that it is.
        case missing
        /// A log or data file contradicts its format: cut short, damaged, or not what its name says.
        case corrupt
        /// The table uses something that this version does not read or write.
        case unsupported
        /// Rows do not fit the stored columns.
        case schemaMismatch
        /// Other writers won every attempt to commit.
        case conflict
        /// The call makes no sense: a name that leaves the lake, a merge without a key.
        case misuse
    }

    public let kind: Kind
    /// What was being done, for example `Writing a file`.
    public let action: String
    /// The file or folder, as the storage names it.
    public let path: String
    /// What came instead of success. Never holds values of a table.
    public let problem: String
    /// What the reader can do about it.
    public let advice: String

    public init(_ kind: Kind, _ action: String, path: String, problem: String, advice: String) {
        self.kind = kind
        self.action = action
        self.path = path
        self.problem = problem
        self.advice = advice
    }

    /// Whether trying the same again later can help without anybody changing anything.
    public var isTransient: Bool { kind == .conflict || kind == .io }
}

extension LakeError: CustomStringConvertible {
    /// One line, for example `Writing a file (lake/a/part-1.parquet): no space left on device. Free space on the disk.`
    public var description: String { "\(action) (\(path)): \(problem). \(advice)" }
}

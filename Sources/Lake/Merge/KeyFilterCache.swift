import Columns

/// What a writer remembers of the keys of files for as long as it lives: bounds, and Bloom filters. What a first load has
/// written need not be read again to know that the next rows are new. Filters are bounded in bytes; what does not fit is
/// not remembered.
struct KeyFilterCache: Sendable {
    private var filters: [String: BloomFilter] = [:]
    private var knownBounds: [String: KeyBounds] = [:]
    private var byteCount = 0
    private let limit: Int
    /// A file of a few thousand keys is then rarely opened in vain.
    private static let falsePositives = 0.0001

    init(limit: Int = 16 << 20) { self.limit = limit }

    /// The filter of a file, or nil.
    subscript(_ file: DataFile) -> BloomFilter? { filters[file.path] }

    /// An empty filter for so many keys, or nil when it would not fit.
    func makeFilter(keyCount: Int) -> BloomFilter? {
        let filter = BloomFilter(distinctCount: keyCount, falsePositives: Self.falsePositives)
        return byteCount + filter.words.count * 4 <= limit ? filter : nil
    }

    mutating func remember(_ filter: BloomFilter, for file: DataFile) {
        guard filters[file.path] == nil, byteCount + filter.words.count * 4 <= limit else { return }
        filters[file.path] = filter
        byteCount += filter.words.count * 4
    }

    /// The bounds of a file's keys; the statistics are parsed once.
    mutating func bounds(of file: DataFile, keys: TableSchema) -> KeyBounds {
        if let known = knownBounds[file.path] { return known }
        let parsed = KeyBounds(file, keys: keys)
        knownBounds[file.path] = parsed
        return parsed
    }

    mutating func forget(_ path: String) {
        knownBounds[path] = nil
        if let filter = filters.removeValue(forKey: path) { byteCount -= filter.words.count * 4 }
    }
}

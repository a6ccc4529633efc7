extension ParquetReader {
    /// Chunks that lie this close to each other are fetched in one read: on a store, a request costs more than the gap.
    private static let largestGap = 64 << 10
    /// No more is fetched in one read, but for a chunk that is larger by itself.
    private static let largestRead = 16 << 20

    /// Fetches columns of one row group, neighbours in one read, and hands them over in the order of the file.
    nonisolated(nonsending) func forEachChunk(
        rowGroup: Int, leaves: [Int], _ body: (_ leaf: Int, ChunkInput) throws -> Void
    ) async throws {
        let chunks = metadata.rowGroups[rowGroup].columns
        for read in Self.reads(leaves.map { ($0, chunks[$0].byteRange) }) {
            let bytes = try await source.read(read.range)
            guard bytes.count == read.range.count else {
                throw ParquetError(.io, "\(bytes.count) bytes came of \(read.range.count)", file: source.name)
            }
            for leaf in read.leaves {
                let range = chunks[leaf].byteRange
                let start = range.lowerBound - read.range.lowerBound
                let input = ChunkInput(
                    leaf: tree.leaves[leaf], metadata: chunks[leaf], bytes: bytes[start..<start + range.count],
                    offset: range.lowerBound, limits: limits)
                try locating(file: source.name, column: input.leaf.name) { try body(leaf, input) }
            }
        }
    }

    /// Joins neighbours. Ranges of a damaged file may overlap.
    private static func reads(_ chunks: [(leaf: Int, range: Range<Int>)]) -> [(leaves: [Int], range: Range<Int>)] {
        var reads: [(leaves: [Int], range: Range<Int>)] = []
        for (leaf, range) in chunks.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            let last = reads.last?.range ?? 0..<0
            let end = max(last.upperBound, range.upperBound)
            let isNear = range.lowerBound - last.upperBound <= largestGap && end - last.lowerBound <= largestRead
            if isNear, !reads.isEmpty {
                reads[reads.count - 1].leaves.append(leaf)
                reads[reads.count - 1].range = last.lowerBound..<end
            } else {
                reads.append(([leaf], range))
            }
        }
        return reads
    }
}

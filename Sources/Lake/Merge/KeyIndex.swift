/// The distinct keys of one partition's incoming rows, for looking up stored keys. Of rows with equal keys the last counts.
struct KeyIndex: Sendable {
    /// One row for each distinct key, in the order in which the keys first came.
    private(set) var rows: [RowReference] = []
    private var hashes: [UInt64] = []
    /// Open addressing: the place of a key in ``rows``, or -1.
    private var slots: [Int32]
    private let mask: Int
    private let keys: [EncodedKeys]

    init(_ references: [RowReference], keys: [EncodedKeys]) {
        self.keys = keys
        var capacity = 16
        while capacity < references.count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        mask = capacity - 1
        rows.reserveCapacity(references.count)
        hashes.reserveCapacity(references.count)
        for reference in references { insert(reference) }
    }

    private mutating func insert(_ reference: RowReference) {
        let source = keys[Int(reference.table)]
        let slot = slot(of: source, Int(reference.row))
        if slots[slot] >= 0 {
            rows[Int(slots[slot])] = reference
        } else {
            slots[slot] = Int32(rows.count)
            rows.append(reference)
            hashes.append(source.hashes[Int(reference.row)])
        }
    }

    /// The place in ``rows`` of the key that equals key `index` of `stored`, or nil.
    @inline(__always)
    func place(of stored: EncodedKeys, _ index: Int) -> Int? {
        let place = slots[slot(of: stored, index)]
        return place < 0 ? nil : Int(place)
    }

    /// The slot that holds the key, or the free one where it would go.
    @inline(__always)
    private func slot(of source: EncodedKeys, _ index: Int) -> Int {
        let hash = source.hashes[index]
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if hashes[place] == hash {
                let known = rows[place]
                if source.equals(index, keys[Int(known.table)], Int(known.row)) { return slot }
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    /// Whether any key has a hash that `filter` lets through.
    func touches(_ filter: BloomFilter) -> Bool { hashes.contains { filter.mightContain($0) } }

    /// Adds all keys to a filter.
    func fill(_ filter: inout BloomFilter) { for hash in hashes { filter.insert(hash) } }
}

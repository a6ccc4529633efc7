import Tributary

/// Lists of a model, filtered and in order, as they were last asked for: readers ask for page after page of one list, and
/// the order of thousands of objects is found once for all of them.
final class SortedLists: Sendable {
    /// What tells lists apart.
    struct Key: Hashable {
        /// The endpoint, by its place in the declaration.
        var endpoint: Int
        /// What the names of the path stand for.
        var names: [String: String]
        /// The bound of each filter.
        var bounds: [String?]
        var order: [ModelDeclaration.Order]
    }

    private struct Known {
        var revision = -1
        var lists: [Key: [World.Object]] = [:]
    }

    private let known = Lock(Known())

    /// The list of a key in a world's revision; made by `make` where it is not known. What `make` refuses is not kept.
    func list(_ key: Key, revision: Int, _ make: () -> [World.Object]?) -> [World.Object]? {
        let found = known.withLock { known in known.revision == revision ? known.lists[key] : nil }
        if let found { return found }
        guard let made = make() else { return nil }
        known.withLock { known in
            if known.revision != revision { known = Known(revision: revision) }
            known.lists[key] = made
        }
        return made
    }
}

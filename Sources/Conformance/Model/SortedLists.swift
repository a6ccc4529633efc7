import Tributary

/// The list of each endpoint, filtered and in order, as it was last asked for: readers ask for page after page of one list,
/// and the order of thousands of objects is found once for all of them.
///
/// No more than the last one is kept, so that a server holds no more the longer it is asked.
final class SortedLists: Sendable {
    /// What tells lists of an endpoint apart.
    struct Key: Equatable {
        /// The world's.
        var revision: Int
        /// What the names of the path stand for.
        var names: [String: String]
        /// The bound of each filter.
        var bounds: [String?]
        var order: [ModelDeclaration.Order]
    }

    private struct List {
        var key: Key
        var objects: [World.Object]
    }

    private let last = Lock<[Int: List]>([:])

    /// The list of an endpoint; made by `make` where it is not known. What `make` refuses is not kept.
    ///
    /// - Parameter endpoint: its place in the declaration.
    func list(of endpoint: Int, _ key: Key, _ make: () -> [World.Object]?) -> [World.Object]? {
        let known = last.withLock { $0[endpoint] }
        if let known, known.key == key { return known.objects }
        guard let made = make() else { return nil }
        last.withLock { $0[endpoint] = List(key: key, objects: made) }
        return made
    }
}

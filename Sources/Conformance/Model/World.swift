import Columns
import Tributary

/// The state of a modelled upstream: its collections and their objects. A value: forking a world is copying it.
public struct World: Sendable {
    /// One object that the upstream holds.
    public struct Object: Sendable, Hashable {
        /// As the upstream sends it.
        public var body: JSONObject
        /// What is known of it that its body does not say, such as the parent that a path names.
        public var attributes: [String: String]
        /// Hidden objects exist and are not shown yet: a transaction that commits late.
        public var isVisible = true

        public init(body: JSONObject, attributes: [String: String] = [:]) {
            self.body = body
            self.attributes = attributes
        }
    }

    /// The objects of each collection, in no particular order.
    public var collections: [String: [Object]]

    public init(_ collections: [String: [Object]] = [:]) { self.collections = collections }

    /// The objects that a reader could see.
    public func visible(_ collection: String) -> [Object] { (collections[collection] ?? []).filter(\.isVisible) }

    /// Changes one object in place.
    public mutating func update(_ collection: String, at index: Int, _ change: (inout Object) -> Void) {
        guard collections[collection]?.indices.contains(index) == true else { return }
        change(&collections[collection]![index])
    }
}

/// A world that several requests of one run look at, and that changes between them.
public final class LiveWorld: Sendable {
    private struct State {
        var world: World {
            didSet { revision += 1 }
        }
        /// Another one after each change.
        var revision = 0
        var served = 0
        var changes: [Int: [@Sendable (inout World) -> Void]] = [:]
        /// The same, by requests for one collection.
        var servedOf: [String: Int] = [:]
        var changesOf: [String: [Int: [@Sendable (inout World) -> Void]]] = [:]
    }

    private let state: Lock<State>

    public init(_ world: World) { state = Lock(State(world: world)) }

    public var current: World { state.withLock { $0.world } }

    /// Whether changes are still to come.
    var mayChange: Bool { state.withLock { !$0.changes.isEmpty } }

    /// Plans a change that takes place just before request `index` is answered.
    public func change(beforeRequest index: Int, _ change: @escaping @Sendable (inout World) -> Void) {
        state.withLock { $0.changes[index, default: []].append(change) }
    }

    /// Plans a change that takes place just before the request of this index for one collection's lists is answered.
    public func change(
        beforeRequest index: Int, of collection: String, _ change: @escaping @Sendable (inout World) -> Void
    ) {
        state.withLock { $0.changesOf[collection, default: [:]][index, default: []].append(change) }
    }

    /// Changes the world at once.
    public func change(_ change: (inout World) -> Void) { state.withLock { change(&$0.world) } }

    /// The world as the next request, for lists of `collection`, sees it, and which of the worlds that is.
    func nextRequest(of collection: String) -> (world: World, revision: Int) {
        state.withLock { state in
            let index = state.servedOf[collection, default: 0]
            state.servedOf[collection] = index + 1
            for change in state.changesOf[collection]?.removeValue(forKey: index) ?? [] { change(&state.world) }
            for change in state.changes.removeValue(forKey: state.served) ?? [] { change(&state.world) }
            state.served += 1
            return (state.world, state.revision)
        }
    }
}

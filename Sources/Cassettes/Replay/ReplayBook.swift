import Tributary

/// Which exchanges of a state have been served, and which comes next.
struct ReplayBook {
    /// Why no exchange answers a request.
    enum Miss {
        /// Nothing like it was recorded.
        case unknown
        /// It was recorded, but all its answers have been given.
        case exhausted
        /// It was recorded, but another exchange has to come first.
        case outOfOrder(next: String)
    }

    let exchanges: [Exchange]
    let keys: [RequestKey]
    let rules: MatchRules
    private(set) var served: [Int]
    /// The first miss; kept even if the source swallows the error.
    var miss: SourceError?

    private let places: [RequestKey: [Int]]

    init(exchanges: [Exchange], keys: [RequestKey], rules: MatchRules) {
        self.exchanges = exchanges
        self.keys = keys
        self.rules = rules
        served = Array(repeating: 0, count: exchanges.count)
        places = Dictionary(grouping: keys.indices) { keys[$0] }
    }

    /// The index of the exchange that answers a request, marked as served.
    mutating func serve(_ key: RequestKey) -> Result<Int, MissError> {
        let equal = places[key] ?? []
        let open = equal.filter { isReady($0) }
        let chosen = open.first { served[$0] == 0 } ?? open.last { exchanges[$0].repetition != .once }
        guard let chosen else {
            let first = equal.first { served[$0] == 0 }
            return .failure(MissError(miss: equal.isEmpty ? .unknown : first.map { waiting(for: $0) } ?? .exhausted))
        }
        if served[chosen] == 0, let next = next(before: chosen) {
            return .failure(MissError(miss: .outOfOrder(next: exchanges[next].id)))
        }
        served[chosen] += 1
        return .success(chosen)
    }

    struct MissError: Error { let miss: Miss }

    private func isReady(_ index: Int) -> Bool {
        exchanges[index].after.allSatisfy { id in
            exchanges.indices.contains { exchanges[$0].id == id && served[$0] > 0 }
        }
    }

    private func waiting(for index: Int) -> Miss {
        let missing = exchanges[index].after.first { id in
            !exchanges.indices.contains { exchanges[$0].id == id && served[$0] > 0 }
        }
        return .outOfOrder(next: missing ?? exchanges[index].id)
    }

    /// The exchange that has to come before the chosen one by the rule of order; nil when none has.
    private func next(before chosen: Int) -> Int? {
        let before = exchanges.indices.prefix(chosen).filter { served[$0] == 0 && !exchanges[$0].isOptional }
        switch rules.order {
        case .perKey: return nil
        case .strict: return before.first
        case .perSchema: return before.first { !Set(exchanges[$0].schemas).isDisjoint(with: exchanges[chosen].schemas) }
        }
    }
}

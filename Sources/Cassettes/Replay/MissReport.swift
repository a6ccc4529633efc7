import Tributary

/// Says what a replayed source asked for, and what the recording has that is nearest to it.
struct MissReport {
    let request: HTTPRequest
    let key: RequestKey
    let file: String
    let har: [UInt8]

    func text(_ miss: ReplayBook.Miss, exchanges: [Exchange], keys: [RequestKey]) -> String {
        switch miss {
        case .unknown:
            let nearest = nearest(exchanges: exchanges, keys: keys)
            return nearest.isEmpty
                ? "nothing is recorded there."
                : "no recorded exchange matches. Nearest:" + nearest.joined() + "\n"
        case .exhausted: return "it was recorded, but each of its recorded answers has been given already."
        case .outOfOrder(let next): return "it was recorded, but \(next) has to be asked for before it."
        }
    }

    private func nearest(exchanges: [Exchange], keys: [RequestKey]) -> [String] {
        let differences = keys.enumerated().map { index, recorded in
            (index: index, difference: RequestDifference(sent: key, recorded: recorded, secrets: secrets))
        }
        // Sorting keeps the order of the recording where none is nearer.
        let sorted = differences.sorted { $0.difference.isNearer(than: $1.difference) }
        return sorted.prefix(3).map { entry in
            let id = exchanges[entry.index].id
            let lines = entry.difference.lines.map { "\n      " + $0 }.joined()
            return "\n    \(id) (\(file):\(HARDocument.line(of: id, in: har)))" + lines
        }
    }

    private var secrets: Set<String> {
        var names: Set<String> = ["authorization"]
        for field in request.headers.fields {
            if case .secret = field.value { names.insert(field.name.lowercased()) }
        }
        return names
    }
}

import Foundation

/// Words that an API itself is made of: names of parameters and tables, of members that its objects have, and the parts of
/// paths that all requests have. A person of such a name is rare, and a replacement would change each of these places.
struct Vocabulary {
    /// In lower case.
    private(set) var words: Set<String> = []

    /// How often the objects at one path of a table's answers are there, and each of their members.
    private struct Objects {
        var count = 0
        var members: [String: Int] = [:]
    }

    private var objects: [[String]: Objects] = [:]

    init(of exchanges: [CapturedExchange], config: String) {
        for exchange in exchanges {
            if let schema = exchange.lane.schema { words.insert(schema.lowercased()) }
            for parameter in CanonicalURL.rawParameters(exchange.url) {
                words.insert(String(decoding: PercentCoding.decodedQuery(parameter.name), as: UTF8.self).lowercased())
            }
            for body in [exchange.requestBody, exchange.body] {
                if let json = RawJSON(body) { collect(json, at: [exchange.lane.schema ?? ""]) }
            }
        }
        // The keys of a map, which people's names may be, differ from object to object.
        for objects in objects.values where objects.count > 1 {
            words.formUnion(objects.members.filter { $0.value * 2 >= objects.count }.keys)
        }
        let paths = exchanges.map { exchange in
            Set((URLComponents(string: exchange.url)?.path ?? "").split(separator: "/").map(String.init))
        }
        let common = paths.dropFirst().reduce(paths.first ?? []) { $0.intersection($1) }
        // What the config puts into each path changes there as well.
        words.formUnion(common.filter { !config.contains($0) }.map { $0.lowercased() })
    }

    private mutating func collect(_ json: RawJSON, at path: [String]) {
        switch json {
        case .scalar: return
        case .array(let elements): for element in elements { collect(element, at: path) }
        case .object(let members):
            objects[path, default: Objects()].count += 1
            for member in members {
                objects[path]?.members[member.name.lowercased(), default: 0] += 1
                collect(member.value, at: path + [member.name])
            }
        }
    }
}

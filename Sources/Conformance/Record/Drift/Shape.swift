import Columns
import Tributary

/// What answers look like, whatever their values: each place with the types that stand there.
struct Shape: Sendable, Equatable {
    /// One place of a document, such as `data[].customer.email`.
    struct Place: Sendable, Equatable {
        /// Types and formats: `text`, `text (date-time)`, `number`, `truth value`, `null`, `list`, `object`.
        var kinds: Set<String> = []
        /// How often the place was there.
        var count = 0
        /// How often the object around it was there.
        var chances = 0

        /// Whether it was there each time.
        var isAlways: Bool { count == chances }
        /// Without null, which any place may hold.
        var types: Set<String> { kinds.subtracting(["null"]) }
    }

    private(set) var places: [String: Place] = [:]
    private var objects: [String: Int] = [:]

    init() {}

    mutating func add(_ document: JSONValue) {
        add(document, at: "")
        for path in places.keys { places[path]?.chances = objects[Self.owner(of: path)] ?? 0 }
    }

    private mutating func add(_ value: JSONValue, at path: String) {
        if !path.isEmpty, !path.hasSuffix("[]") {
            places[path, default: Place()].kinds.insert(Self.kind(value))
            places[path, default: Place()].count += 1
        }
        if let array = value.array {
            for element in array { add(element, at: path + "[]") }
        } else if let object = value.object {
            objects[path, default: 0] += 1
            for member in object.members {
                add(member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)")
            }
        }
    }

    private static func owner(of path: String) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? (path.hasPrefix("[]") ? "[]" : "")
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "truth value"
        case .number: "number"
        case .array: "list"
        case .object: "object"
        case .string(let text): kind(text)
        }
    }

    private static func kind(_ text: String) -> String {
        let bytes = text.utf8.count
        if bytes >= 10, text.first?.isNumber == true, text.contains("-"), TimestampParser.microseconds(text) != nil {
            return bytes == 10 ? "text (date)" : "text (date-time)"
        }
        return text.hasPrefix("https://") || text.hasPrefix("http://") ? "text (address)" : "text"
    }
}

/// How an upstream's answers differ in shape from those that were recorded.
public struct Drift: Sendable, Hashable, Encodable {
    /// How much it matters.
    public enum Tier: String, Sendable, Encodable, CaseIterable {
        /// A type is another, or what the source reads by is gone.
        case error
        /// A member is gone that the source lands as a column.
        case warning
        /// A member is new.
        case info
    }

    public var tier: Tier
    public var table: String
    /// Such as `data[].amount`.
    public var place: String
    public var text: String

    /// Compares what was recorded of a table with what came now.
    ///
    /// - Parameter needed: the paths in a row of what the source reads by: keys and cursor.
    static func between(_ old: Shape, _ new: Shape, table: String, needed: Set<String>) -> [Drift] {
        var drifts: [Drift] = []
        for (path, place) in old.places.sorted(by: { $0.key < $1.key }) {
            guard let now = new.places[path] else {
                // Of an object that did not come, nothing is known.
                guard place.isAlways, isReachable(path, in: new) else { continue }
                let isNeeded = needed.contains { path == $0 || path.hasSuffix(".\($0)") }
                drifts.append(
                    Drift(
                        tier: isNeeded ? .error : .warning, table: table, place: path,
                        text: isNeeded ? "is gone, and the source reads by it" : "is gone"))
                continue
            }
            if !place.types.isEmpty, !now.types.isEmpty, place.types.isDisjoint(with: now.types) {
                drifts.append(
                    Drift(
                        tier: .error, table: table, place: path,
                        text: "was \(place.types.sorted().joined(separator: " or ")), and is "
                            + now.types.sorted().joined(separator: " or ")))
            }
        }
        for path in new.places.keys.sorted() where old.places[path] == nil && isReachable(path, in: old) {
            drifts.append(Drift(tier: .info, table: table, place: path, text: "is new"))
        }
        return drifts
    }

    /// Whether the object around a place came at all.
    private static func isReachable(_ path: String, in shape: Shape) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return !shape.places.isEmpty }
        let owner = String(path[..<dot])
        return shape.places.keys.contains { $0.hasPrefix(owner + ".") }
    }
}

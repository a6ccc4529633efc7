import Columns
import Tributary

// Objects whose times stand at the edges of periods.
extension Bench {
    /// An object, and the moments that were put into it, by the lake's name of the column.
    struct Edge: Sendable {
        var object: World.Object
        var moments: [String: Int64] = [:]
    }

    /// The sample with every time of it moved to an edge of a month, week, day and hour, spelt as it was.
    func atEdges() -> [Edge] {
        // A database's types take what they take.
        guard sql == nil else { return objects.map { Edge(object: $0) } }
        return objects.enumerated().map { index, object in
            var edge = Edge(object: object)
            // Columns of nested members have names of their own; all others are called as their members are.
            let paths = object.body.names + collection.columns.values.sorted() + [collection.cursor].compactMap(\.self)
            for path in Set(paths).sorted() where !collection.key.contains(path) {
                let moment = Self.edges[index % Self.edges.count]
                let old = object.body[path: path] ?? .null
                let column = Self.column(collection.column(of: path))
                if path == collection.cursor {
                    guard spelling.isTime, spelling.position(old) != nil else { continue }
                    edge.object = moved(edge.object, to: moment)
                    edge.moments[column] = spelling.position(cursor(edge.object))
                } else if let (value, at) = Self.respelt(old, at: moment) {
                    edge.object.body[path: path] = value
                    edge.moments[column] = at
                }
            }
            return edge
        }
    }

    private static let edges: [Int64] = [
        "2025-03-01T00:00:00Z", "2025-02-28T23:59:59Z", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z",
        "2024-12-29T23:59:59Z", "2024-12-30T00:00:00Z", "2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z",
        "2025-03-05T00:00:00Z", "2025-03-05T23:59:59Z", "2025-03-03T00:00:00Z", "2025-03-02T23:59:59Z",
    ].compactMap { TimestampParser.microseconds($0) }

    /// A time in ISO 8601, or none; numbers are left alone, for nothing says that they are times.
    private static func respelt(_ value: JSONValue, at moment: Int64) -> (JSONValue, Int64)? {
        guard let text = value.string, TimestampParser.microseconds(text) != nil, text.utf8.count >= 10 else {
            return nil
        }
        let stored = CursorValue.timestamp(moment).storedText
        if text.utf8.count == 10 { return (.string(String(stored.prefix(10))), moment - moment % 86_400_000_000) }
        guard text.hasSuffix("Z") else { return nil }
        return (.string(stored), moment)
    }
}

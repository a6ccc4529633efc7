import Columns
import Tributary

/// Where a page has its rows.
struct RowList {
    var path: [String]
    var count: Int

    /// The rows of a page: at the place that the source declares, else where the pages before had theirs, else the longest
    /// list of objects that is not within another list.
    static func find(in json: RawJSON, _ hint: PageHint?, known: [String]? = nil) -> RowList? {
        if let declared = hint.flatMap({ JSONPath($0.rows) })?.segments, !declared.contains(where: { $0.index != nil })
        {
            return at(declared.map(\.name), in: json)
        }
        return known.flatMap { at($0, in: json) } ?? find(in: json)
    }

    private static func at(_ path: [String], in json: RawJSON) -> RowList? {
        json.list(at: path[...]).map { RowList(path: path, count: $0.count) }
    }

    static func find(in json: RawJSON) -> RowList? {
        var found: [RowList] = []
        collect(json, at: [], into: &found)
        let named = found.filter { $0.path.last.map { usual.contains($0.lowercased()) } ?? true }
        return found.filter { $0.count > 0 }.max { $0.count < $1.count } ?? named.first ?? found.first
    }

    /// The rows of a page, each in one spelling.
    static func rows(of page: RawJSON, _ hint: PageHint?) -> [[UInt8]] {
        find(in: page, hint).flatMap { page.list(at: $0.path[...]) }?.map(\.identity) ?? []
    }

    /// Names by which a list without rows is known.
    private static let usual: Set = [
        "data", "items", "results", "rows", "records", "values", "entries", "objects", "collection",
    ]

    private static func collect(_ json: RawJSON, at path: [String], into found: inout [RowList]) {
        switch json {
        case .scalar: return
        case .array(let elements):
            let isOfObjects = elements.allSatisfy { if case .object = $0 { true } else { false } }
            if isOfObjects { found.append(RowList(path: path, count: elements.count)) }
        case .object(let members):
            guard path.count < 4 else { return }
            for member in members { collect(member.value, at: path + [member.name], into: &found) }
        }
    }
}

extension RawJSON {
    /// What a row is known by when it comes again.
    var identity: [UInt8] { sorted.compact }

    /// The elements of the list at a path; nil where there is no list.
    func list(at path: ArraySlice<String>) -> [RawJSON]? {
        switch self {
        case .array(let elements) where path.isEmpty: return elements
        case .object(let members):
            guard let member = members.first(where: { $0.name == path.first }) else { return nil }
            return member.value.list(at: path.dropFirst())
        default: return nil
        }
    }

    /// The document with other elements in the list at a path.
    func replacingElements(at path: [String], _ change: ([RawJSON]) -> [RawJSON]) -> RawJSON {
        switch self {
        case .array(let elements) where path.isEmpty: return .array(change(elements))
        case .object(var members):
            guard let name = path.first, let index = members.firstIndex(where: { $0.name == name }) else { return self }
            members[index].value = members[index].value.replacingElements(at: Array(path.dropFirst()), change)
            return .object(members)
        default: return self
        }
    }
}

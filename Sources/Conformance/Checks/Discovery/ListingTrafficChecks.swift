import Cassettes
import Columns
import Tributary

/// Lists of tables that the upstream tells: read to their end, and whatever it says of a table.
enum ListingTrafficChecks {
    static let all = [pagedToTheEnd, hostileMetadata]
    private static let noTraffic = "The list of tables asks nothing over HTTP."

    private static let pagedToTheEnd = Check(
        "discovery-listing-paged-to-the-end", group: .discovery, level: .simulated, scope: .source,
        proves: "The list of tables is read past its first page.",
        method:
            "The modelled upstream lists at least five tables in pages of one, two and all at once: the same must come.",
        likelyCause: "The listing's next page is never asked for.", catches: "listing-first-page-only"
    ) { input in
        try await input.judging { tally in
            let listing = try await input.listing()
            if listing.requests.isEmpty { throw Bench.Verdicted(verdict: .notApplicable(Self.noTraffic)) }
            guard let declaration = try input.model(), let state = input.scenario.goodState
            else {
                throw Bench.Verdicted(
                    verdict: .notExercised("The scenario has no model.json that says how it is paged."))
            }
            let asked = listing.requests.compactMap(\.path)
            let paged = declaration.endpoints.first { endpoint in
                endpoint.page.style != .single && asked.contains { endpoint.path.match($0) != nil }
            }
            guard let paged, let collection = declaration.collection(paged.collection) else {
                throw Bench.Verdicted(verdict: .notApplicable("No request of the listing is for a paged list."))
            }
            var world = try input.memo.world(upTo: state, declaration)
            world.grow(collection, to: 5)
            var expected: Set<String>?
            var findings: [Finding] = []
            for size in [100, 2, 1] {
                let upstream = try ModelUpstream(
                    input.scenario, state: state, declaration: declaration, world: world, pageSize: size)
                let found = try await Listing(input, upstream)
                tally.add(found.looked)
                guard let wanted = expected else {
                    expected = found.names
                    continue
                }
                let missing = wanted.subtracting(found.names).sorted()
                if missing.isEmpty, found.error == nil { continue }
                findings.append(
                    Finding(
                        at: "\(paged.path) in pages of \(size)", expected: "\(wanted.count) tables",
                        actual: found.error.map { "It ended with: \($0)" } ?? "\(found.names.count) came.",
                        witness: missing.map { "missing: \($0)" }, history: found.history))
            }
            return findings
        }
    }

    private static let hostileMetadata = Check(
        "discovery-hostile-metadata-tolerated", group: .discovery, level: .fault, scope: .source,
        proves: "Whatever the upstream says of one table, the others are listed.",
        method:
            "In the answers to the listing one element at a time is changed: members left out, null, of another kind, "
            + "with unknown words, odd names and three thousand columns. The other tables must come, and no error.",
        likelyCause: "One unknown type or absent member ends the listing: skip what is not understood, and say so.",
        catches: "one-odd-table-hides-all"
    ) { input in
        try await input.judging { tally in
            let listing = try await input.listing()
            if listing.requests.isEmpty { throw Bench.Verdicted(verdict: .notApplicable(Self.noTraffic)) }
            var findings: [Finding] = []
            for mutation in Mutation.allCases {
                for index in 0..<3 {
                    let count = Lock(0)
                    let upstream = RewritingUpstream(base: try input.material(), what: mutation.what) { _, page in
                        mutation.applied(to: page, element: index, counting: count)
                    }
                    let found = try await Listing(input, upstream)
                    if count.withLock({ $0 }) <= index { break }
                    tally.add(found.looked)
                    let missing = listing.names.subtracting(found.names)
                    // One table may go: the one that was changed.
                    if found.error == nil, missing.count <= 1 { continue }
                    findings.append(
                        Finding(
                            at: "element \(index) of the listing with \(mutation.what)",
                            expected: "the other \(listing.names.count - 1) tables",
                            actual: found.error.map { "It ended with: \($0)" }
                                ?? "\(missing.count.counted("table is", "tables are")) missing.",
                            witness: missing.sorted(), history: found.history))
                }
            }
            return Array(findings.prefix(3))
        }
    }

    /// What is done to one element of a listing.
    private enum Mutation: CaseIterable {
        case unknownWords, withoutMembers, nullMembers, numbers, oddNames, manyColumns

        var what: String {
            switch self {
            case .unknownWords: "types that nobody knows"
            case .withoutMembers: "members left out"
            case .nullMembers: "members that are null"
            case .numbers: "numbers in place of texts"
            case .oddNames: "odd names"
            case .manyColumns: "three thousand columns"
            }
        }

        /// The page with one element changed: the first list of objects in it counts. `counting` goes on over pages.
        func applied(to page: JSONValue, element index: Int, counting: Lock<Int>) -> JSONValue? {
            guard let member = page.object?.members.first(where: { $0.value.array?.first?.object != nil }),
                var elements = member.value.array, var object = page.object
            else { return nil }
            let start = counting.withLock { count in
                defer { count += elements.count }
                return count
            }
            guard elements.indices.contains(index - start), let element = elements[index - start].object else {
                return nil
            }
            elements[index - start] = .object(changed(element))
            object[member.name] = .array(elements)
            return .object(object)
        }

        private func changed(_ element: JSONObject) -> JSONObject {
            let inside = element.members.first { $0.value.array?.first?.object != nil }
            guard let inside, let columns = inside.value.array else { return JSONObject(element.members.map(scalar)) }
            var copy = element
            switch self {
            case .manyColumns:
                let more = (0..<3_000).map { ["name": .string("kit_\($0)"), "type": "text"] as JSONValue }
                copy[inside.name] = .array(columns + more)
            case .oddNames: return JSONObject(element.members.map(scalar))
            default:
                copy[inside.name] = .array(
                    columns.map { column in column.object.map { .object(JSONObject($0.members.map(scalar))) } ?? column
                    })
            }
            return copy
        }

        private func scalar(_ member: (name: String, value: JSONValue)) -> (String, JSONValue) {
            guard member.value.string != nil else { return (member.name, member.value) }
            return switch self {
            case .unknownWords: (member.name, member.name.hasSuffix("type") ? "kit_hyper_cube" : member.value)
            case .withoutMembers: ("kit_\(member.name)", member.value)
            case .nullMembers: (member.name, .null)
            case .numbers: (member.name, 7)
            case .oddNames: (member.name, "a/b ?#%\u{1F4A9}\u{0}")
            case .manyColumns: (member.name, member.value)
            }
        }
    }
}

extension World {
    /// Adds copies of the first object under new keys, until a collection has so many.
    mutating func grow(_ collection: ModelDeclaration.Collection, to count: Int) {
        guard let first = collections[collection.name]?.first, let key = collection.key.first else { return }
        var number = 0
        while (collections[collection.name]?.count ?? count) < count {
            number += 1
            var copy = first
            let isText = first.body[path: key]?.string != nil
            copy.body[path: key] = isText ? .string("kit\(number)") : .number(JSONNumber(Int64(900_000 + number)))
            collections[collection.name]?.append(copy)
        }
    }
}

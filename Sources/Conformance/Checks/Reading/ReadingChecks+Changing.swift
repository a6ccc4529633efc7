import Cassettes
import Columns
import Pipeline
import Tributary

// Lists that change while they are read, and parents that go.
extension ReadingChecks {
    static let changing = [insertion, deletion, fanOut]

    private static let insertion = Check(
        "read-insert-while-paging", group: .reading, level: .simulated,
        proves: "Objects that are added while a list is read lose none that was there when it began.",
        method:
            "Before each request of a sync but the first, and then before all of them, the model adds an object at the head, in the middle or at "
            + "the end of the list. All objects of the beginning must be in the table.",
        likelyCause:
            "Rows are counted against a total that was read at the beginning, or pages are reckoned from the end.",
        catches: "first-total-taken-for-the-end", "column-groups-stitched-from-two-reads"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            return try await bench.changingBetweenRequests { world, place, step in
                guard let pattern = bench.pattern(place, step) else { return }
                world.collections[bench.collection.name]?.insert(pattern.object, at: pattern.index)
            } lost: {
                bench.objects
            }
        }
    }

    private static let deletion = Check(
        "read-delete-while-paging", group: .reading, level: .simulated,
        proves: "Objects that are deleted behind the reader make it skip none ahead of it.",
        method:
            "Before each request of a sync but the first, the model deletes the first object of the list, which has "
            + "been read. All others must be in the table.",
        likelyCause: "The next page is asked for by the number of rows that were read, although the API has positions "
            + "that stay with their rows.",
        catches: "rows-counted-where-positions-are"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            let page = bench.endpoint.page
            guard !page.isNumbered, page.style != .offset else {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "The API's positions are numbers of rows or pages, which a deletion shifts."))
            }
            let first = try await bench.firstListed()
            return try await bench.changingBetweenRequests(places: [.head]) { world, _, _ in
                world.collections[bench.collection.name]?.removeAll { $0 == first }
            } lost: {
                bench.objects.filter { $0 != first }
            }
        }
    }

    private static let fanOut = Check(
        "read-fan-out-complete", group: .reading, level: .simulated,
        proves: "Every parent is asked for its children; parents without any, and parents that are gone, stop nothing; "
            + "each child's row says whose it is.",
        method:
            "Syncs of parents with no, one and many children; then with a child for each parent that was recorded, also "
            + "those that had none; then with each parent in turn gone between its listing "
            + "and the request for its children; then with the parents' own list gone, which must fail; "
            + "and, of an incremental table, an increment with a new child of each parent.",
        likelyCause:
            "The parent's key is not put into the rows, or a 404 for one parent ends the whole read: let it mean "
            + "that there are no children.",
        catches: "deleted-parent-aborts-children", "children-without-their-parent", "children-gated-on-parent-change",
        "search-for-one-parent"
    ) { input in
        try await Bench.judging(input) { bench in
            guard let parent = bench.collection.parent else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The table's rows come from one list, not from one for each parent."))
            }
            let run = try await bench.successful(bench.plan(), of: bench.upstream(), at: "sync of all parents")
            let all = bench.finding(
                try await bench.difference(bench.objects, run), at: "sync of all parents",
                expected:
                    "the children of each, with the parent's \(parent.columns.values.sorted().joined(separator: ", "))",
                run)
            if !all.isEmpty { return all }
            let unnamed = try await bench.rowsWithoutParent(parent)
            if !unnamed.isEmpty { return unnamed }
            let strangers = try await bench.childrenOfAllParents()
            if !strangers.isEmpty { return strangers }
            for owner in bench.owners {
                let findings = try await bench.withoutParent(owner, parent)
                if !findings.isEmpty { return findings }
            }
            let late = try await bench.lateChildren()
            if !late.isEmpty { return late }
            return try await bench.mustFail(
                .status(404, ["message": "Not Found"], at: 0, isLasting: true), after: 0, allowing: nil)
        }
    }
}

extension Bench {
    /// Where in a list something happens.
    enum ListPlace: String, CaseIterable {
        case head = "at the head"
        case middle = "in the middle"
        case tail = "at the end"
    }

    /// The objects as the list shows them.
    private var listed: [World.Object] { ModelOrder.sorted(objects, by: endpoint.order) }

    /// The object that a full read hands over first.
    func firstListed() async throws -> World.Object? {
        let rows = try await emitted(upstream())
        return rows.first.flatMap { row in
            objects.first { object in
                collection.key.allSatisfy { path in
                    object.body[path: path]?.text == value(collection.column(of: path), of: row).text
                }
            }
        }
    }

    /// A new object, beside the one that stands at a place of the list, and where it goes among the objects.
    func pattern(_ place: ListPlace, _ step: Int) -> (object: World.Object, index: Int)? {
        let listed = listed
        let position = place == .head ? 0 : place == .tail ? listed.count - 1 : listed.count / 2
        guard var object = listed.indices.contains(position) ? listed[position] : nil,
            let index = objects.firstIndex(of: object)
        else { return nil }
        guard let name = collection.key.last, let old = object.body[path: name] else { return nil }
        if old.int64 != nil {
            let numbers = objects.compactMap { $0.body[path: name]?.int64 }
            let number = place == .head ? (numbers.min() ?? 1) - Int64(step) : (numbers.max() ?? 0) + Int64(step)
            object.body[path: name] = .number(JSONNumber(number))
        } else if let text = old.string {
            object.body[path: name] = .string(text + "0\(step)")
        } else {
            return nil
        }
        return (object, place == .tail ? index + 1 : index)
    }

    /// Syncs while the world changes before each request in turn; findings where objects that must be there are not.
    func changingBetweenRequests(
        places: [ListPlace] = ListPlace.allCases,
        _ change: @escaping @Sendable (inout World, ListPlace, _ step: Int) -> Void, lost expected: () -> [World.Object]
    ) async throws -> [Finding] {
        let calm = try await successful(plan(), of: upstream(), at: "sync of a list that stays")
        let requests = calm.log.requests.filter(isList).count
        for place in places {
            let steps = try spread(Array(1..<max(2, requests)))
            for moments in steps.map({ [$0] }) + [steps] {
                let upstream = try upstream()
                for index in moments {
                    upstream.world.change(beforeRequest: index, of: collection.name) { change(&$0, place, index) }
                }
                let words =
                    "sync, the list changing \(place.rawValue) before request "
                    + moments.map(String.init).joined(separator: ", ")
                let run = try await successful(plan(), of: upstream, at: words)
                var difference = try await difference(expected(), run)
                // What came or went meanwhile may be there or not, and may have moved others into view twice.
                (difference.extra, difference.doubled) = ([], [])
                let findings = finding(
                    difference, at: words, expected: "every object that was there all the time", run)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    /// Findings where rows do not say which parent they belong to.
    func rowsWithoutParent(_ parent: ModelDeclaration.Parent) async throws -> [Finding] {
        let rows = try await emitted(upstream())
        for (column, member) in parent.columns.sorted(by: { $0.key < $1.key }) {
            let known = Set(owners.map { ModelOrder.value(member, of: $0.body).text })
            guard let row = rows.first(where: { !known.contains(value(column, of: $0).text) }) else { continue }
            return [
                Finding(
                    at: "full read", expected: "the parent's \(member) in \(column) of each row",
                    actual: "A row has \(value(column, of: row).text) there.",
                    witness: [String(JSONValue.object(row).text.prefix(160))])
            ]
        }
        return []
    }

    /// A full read in which parents have a child that had none in the recording: a list of parents that is narrowed, by a
    /// bound or a state, shows only there.
    func childrenOfAllParents() async throws -> [Finding] {
        guard let parent = collection.parent else { return [] }
        let world = try World(recorded: input.scenario, upTo: state, input.model() ?? declaration)
        let known = Set(owners)
        let strangers = world.visible(parent.collection).filter { owner in
            !known.contains(owner) && !objects.contains { isChild($0, of: owner) }
        }
        let chosen = strangers.count > 12 ? Array(strangers.prefix(6) + strangers.suffix(6)) : strangers
        if chosen.isEmpty { return [] }
        let children = chosen.enumerated().map { number, owner in
            moved(copy(objects[number % objects.count], number: 700 + number), to: owner)
        }
        var wider = self
        wider.parents = Self.parents(of: objects + children, collection, in: world, declaration)
        let shown = objects + children
        let place = "full read, with a child for each of \(chosen.count.counted("parent")) without one"
        let run = try await wider.successful(plan(.fullRefresh), of: wider.upstream(shown), at: place)
        let names = chosen.prefix(5).map { owner in
            parent.names.values.sorted().map { ModelPage.text(ModelOrder.value($0, of: owner.body)) }
                .joined(separator: ", ")
        }
        return finding(
            try await wider.difference(shown, run), at: place,
            expected: "the children of all parents that the upstream has, such as \(names.joined(separator: "; "))",
            run,
            cause:
                "The list of parents is narrowed, by a bound, a state or a cap, so that the children of the others are "
                + "never asked for.")
    }

    /// An increment with a new child of each parent, none of which has changed itself.
    func lateChildren() async throws -> [Finding] {
        guard schema.mode == .incremental, let name = collection.cursor, let newest = objects.last else { return [] }
        let new = owners.enumerated().compactMap { number, owner -> World.Object? in
            // Ids of their own: an upstream may give none twice, whoever the parent is.
            guard var child = pattern(.tail, number + 1)?.object else { return nil }
            child = moved(child, to: owner)
            child.body[path: name] = Self.after(cursor(newest), days: 1)
            return child
        }
        let first = try await successful(plan(), of: upstream(), at: "first sync")
        let place = "increment with a new child of each parent, the parents unchanged"
        let run = try await successful(plan(), of: upstream(objects + new), into: first.files, at: place)
        return finding(
            try await difference(objects + new, run), at: place, expected: "the new children as well", run,
            cause: "Only parents that changed are asked for their children, and a new child does not change its parent."
        )
    }

    /// A sync while one parent is gone: the children of the others must be there.
    func withoutParent(_ owner: World.Object, _ parent: ModelDeclaration.Parent) async throws -> [Finding] {
        var quirks = ModelQuirks()
        quirks.goneParents = Set(parent.names.values.map { ModelPage.text(ModelOrder.value($0, of: owner.body)) })
        let place = "sync, the parent \(quirks.goneParents.sorted().joined(separator: ", ")) gone after it was listed"
        let others = objects.filter { !isChild($0, of: owner) }
        let run = try await successful(plan(), of: upstream(quirks: quirks), at: place)
        return finding(
            try await difference(others, run), at: place, expected: "the children of all other parents", run)
    }
}

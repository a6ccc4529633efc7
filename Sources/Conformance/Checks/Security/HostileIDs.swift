import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// A table whose objects, or their parents, get other ids.
struct HostileIDs: Sendable {
    /// One in which nothing is hidden.
    static let plain = "kit1"
    static let ids = ["a/b", "..", "x?y=1", "5%", "café", "q\"';--", "a b&c=d", "%2e%2e/x", "#7"]

    let input: CheckCase
    let schema: Manifest.Schema
    let declaration: ModelDeclaration
    let endpoint: ModelDeclaration.Endpoint
    let world: World
    let state: String
    let lab: Lab
    let tally = Bench.Tally()
    /// Paths that the recording answers and no list has, such as that of a token.
    private let besides: Set<String>
    /// The member of the key that is a text.
    private let key: String

    private static let withoutTexts = Bench.Verdicted(
        verdict: .notExercised("model.json has no list for this table whose objects have texts as ids."))

    /// - Throws: `Bench.Verdicted` for a table without ids that anything could be hidden in.
    init(_ input: CheckCase) throws {
        guard let schema = input.schema, let state = input.scenario.manifest.states.last,
            let declaration = try input.model(),
            let collection = declaration.collection(forSchema: schema.name),
            let endpoint = declaration.endpoints.first(where: { $0.collection == collection.name })
        else {
            if try input.job() != nil { throw Bench.Verdicted(verdict: .notApplicable(Bench.comesOfJob)) }
            throw Self.withoutTexts
        }
        let world = try input.memo.world(upTo: state.name, declaration)
        let ids = collection.key.map { world.visible(collection.name).first?.body[path: $0] ?? .null }
        if !ids.isEmpty, ids.allSatisfy({ $0.int64 != nil }) {
            throw Bench.Verdicted(
                verdict: .notApplicable("The ids of this table are numbers: nothing can be hidden in them."))
        }
        guard let key = zip(collection.key, ids).first(where: { $0.1.string != nil })?.0 else {
            throw Self.withoutTexts
        }
        self.key = key
        self.input = input
        self.schema = schema
        self.declaration = declaration
        self.endpoint = endpoint
        self.world = world
        self.state = state.name
        lab = try input.lab()
        let paths = try input.scenario.exchanges(state: state.name).compactMap { Self.path(of: $0.url) }
        besides = Set(paths.filter { path in !declaration.endpoints.contains { $0.path.match(path) != nil } })
    }

    private static func path(of url: String) -> String? { URLComponents(string: url)?.percentEncodedPath }

    /// One object of the table, or one parent, gets this id.
    func judge(_ id: String) async throws -> [Finding] {
        let (world, count) = changed(to: id)
        let upstream = try ModelUpstream(
            input.scenario, state: state, declaration: declaration, world: world, pageSize: 3)
        let journal = WireJournal()
        var plan = Lab.Plan(schema.name, .fullRefresh)
        plan.requestLimit = 400
        let watched = FaultyUpstream(base: upstream, fault: .none, journal: journal)
        let run = try await lab.run(plan, of: watched)
        tally.add(Counters(rows: count, requests: journal.entries.count, runs: 1))
        let place = "full read with the id “\(id)”"
        if let stray = journal.entries.first(where: { !isKnown($0.request) }) {
            return [
                Finding(
                    at: place, expected: "the id as one path segment or one value",
                    actual: "A request was sent that the API does not have: \(stray.request.url)",
                    witness: ["\(LoggedRequest(index: 0, request: stray.request))"], history: run.log.lines())
            ]
        }
        if run.error is SourceError { return [] }
        let rows = try await lab.table(schema.name, in: run.files)?.rows.count ?? 0
        if rows != count {
            return [
                Finding(
                    at: place, expected: "\(count) rows, or an error", actual: "The table has \(rows).",
                    history: run.log.lines())
            ]
        }
        let folder = lab.connection + "/"
        guard let escaped = run.files.keys.first(where: { !$0.hasPrefix(folder) || $0.contains("/../") }) else {
            return []
        }
        return [Finding(at: place, expected: "files inside \(folder)", actual: "There is \(escaped).")]
    }

    private func isKnown(_ request: HTTPRequest) -> Bool {
        guard let parts = URLComponents(string: request.url) else { return false }
        let path = parts.percentEncodedPath
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
        if segments.contains(where: { [".", ".."].contains($0.lowercased().replacing("%2e", with: ".")) }) {
            return false
        }
        if parts.fragment != nil { return false }
        return besides.contains(path)
            || declaration.endpoints.contains { endpoint in
                guard let names = endpoint.path.match(path) else { return false }
                return names.allSatisfy { isThere($0.value, $0.key) }
            }
    }

    /// Whether a name in a path stands for something that the world has.
    private func isThere(_ value: String, _ name: String) -> Bool {
        let scoped = declaration.endpoints.contains { $0.scope.values.contains("{\(name)}") }
        return !scoped || parents.contains(value) || value == Self.plain || Self.ids.contains(value)
    }

    /// What children name as their parents, and the keys of objects that may have no child.
    private var parents: Set<String> {
        let named = world.collections.values.flatMap { $0 }.flatMap { $0.attributes.values }
        let keys = world.collections.flatMap { name, objects in
            let members = declaration.collection(name)?.key ?? []
            return objects.flatMap { object in members.compactMap { object.body[path: $0].map(ModelPage.text) } }
        }
        return Set(named + keys)
    }

    private func changed(to id: String) -> (World, Int) {
        var world = world
        guard let (attribute, old) = firstParent else {
            world.collections[endpoint.collection]?[0].body[path: key] = .string(id)
            world.collections[endpoint.collection]?[0].body["a\"b; drop/.."] = .string("hostile name")
            return (world, world.visible(endpoint.collection).count)
        }
        for name in world.collections.keys {
            let keys = declaration.collection(name)?.key ?? []
            for index in world.collections[name, default: []].indices {
                world.update(name, at: index) { object in
                    if object.attributes[attribute] == old { object.attributes[attribute] = id }
                    for key in keys where object.body[path: key]?.string == old { object.body[path: key] = .string(id) }
                }
            }
        }
        return (world, world.visible(endpoint.collection).count)
    }

    /// Whether a parent's key is this text. The children of one whose key is a number cannot be given to a text: nobody
    /// would find them, and nothing can be hidden in a number.
    private func isText(_ parent: String) -> Bool {
        world.collections.contains { name, objects in
            let keys = declaration.collection(name)?.key ?? []
            return objects.contains { object in keys.contains { object.body[path: $0]?.string == parent } }
        }
    }

    /// The attribute by which the list is scoped, and the parent of its first object, where its key is a text.
    private var firstParent: (String, String)? {
        guard let attribute = endpoint.scope.keys.sorted().first,
            let old = world.visible(endpoint.collection).first?.attributes[attribute],
            isText(old)
        else { return nil }
        return (attribute, old)
    }
}

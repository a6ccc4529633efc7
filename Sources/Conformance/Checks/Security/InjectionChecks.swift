import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Texts of others that must stay texts.
enum InjectionChecks {
    static let all = [throughIdentifiers, throughConfig]

    private static let throughIdentifiers = Check(
        "injection-through-identifiers", group: .security, level: .simulated,
        proves:
            "No id or column name of the upstream can change the meaning of a path, a query or a place in the lake.",
        method:
            "Objects, and the parents of a fan-out, get ids with slashes, dots, question marks, percent signs, quotes, "
            + "blanks and other scripts, and columns with names of that kind. Every request must be one that the model "
            + "knows, with the id as one path segment or one value; every row must arrive; every file must lie in the "
            + "table's folder.",
        likelyCause: "An id is put into a path or a query as it is: percent-encode it.", isWaivable: false,
        catches: "id-changes-request-path"
    ) { input in
        try await input.judging { tally in
            let trial = try HostileIDs(input)
            for id in HostileIDs.ids {
                let findings = try await trial.judge(id)
                if !findings.isEmpty { return findings }
            }
            tally.add(trial.tally.sum)
            return []
        }
    }.needing(.http)

    private static let throughConfig = Check(
        "injection-through-config", group: .security, level: .static,
        proves: "No value of the config can add a path segment, a parameter, a header field or a host to a request.",
        method:
            "Each text of the config in turn gets slashes, dots, question marks, ampersands, line breaks, at signs and "
            + "a null, and becomes another host with a slash, a question mark or a number sign behind it. A request that is "
            + "then sent must have the form of the one with the recorded value; where the field is a label of the host, "
            + "the rest of the host must stay.",
        likelyCause: "The value is pasted into a URL: percent-encode it, or give its field a rule, such as .hostLabel.",
        isWaivable: false, catches: "config-value-pasted-into-the-path", "host-label-without-a-rule"
    ) { input in
        guard input.schema != nil, input.scenario.goodState != nil else {
            return .notApplicable("The scenario reads no table.")
        }
        let calm = Dials()
        try await HostTaint.visit(input, input.config, calm)
        guard let shape = calm.requests.first.map({ RequestShape($0) }) else {
            return .notApplicable("The source sends no HTTP requests for this table.")
        }
        var items = 0
        for field in HostTaint.texts(of: .object(input.config), at: []) where field.path != ["fault"] {
            let part = try await HostPart.of(field, input)
            // A field that names the whole host may name another one; where that may be, another check says.
            if part == .whole { continue }
            let isSecret = input.canaries.secrets.contains(field.value)
            let shapes = Set(calm.requests.map { RequestShape($0, part) })
            for hostile in HostileText.all {
                items += 1
                let value = hostile.text(field.value)
                let dials = Dials()
                try await HostTaint.visit(input, HostTaint.replacing(field, by: value, in: input.config), dials)
                for request in dials.requests {
                    let seen = RequestShape(request, part)
                    if shapes.contains(seen) { continue }
                    let shown = isSecret ? "a secret that is \(hostile)" : "“\(HostileText.printable(value))”"
                    return .failed([
                        Finding(
                            at: "config field \(field.name)",
                            expected: "a request of the form \(shape), or a config that is refused",
                            actual: "With \(shown) a request of the form \(seen) was sent.",
                            witness: ["value: \(shown)"],
                            cause: part == .none
                                ? nil : "The value is a label of the host: give the field the rule .hostLabel.")
                    ])
                }
            }
        }
        if items == 0 { return .notApplicable("The config holds no text but secrets and hosts.") }
        return .judged([], looked: Counters(items: items))
    }
}

/// A text with a meaning in URLs, put behind, before or in place of a value.
private struct HostileText: CustomStringConvertible {
    var before = ""
    var behind = ""
    /// Whether the value itself is left out.
    var replaces = false

    static let all: [HostileText] =
        ["evil.example/", "evil.example#", "evil.example?", "a@evil.example/", "evil.example\\"].flatMap {
            [HostileText(before: $0, replaces: true), HostileText(before: $0)]
        }
        + [
            "/..", "/../../admin", "/x", "?admin=1", "&admin=1", "#x", "@evil.example", "\r\nX-Injected: 1", "\u{0}x",
            "%2f..", "\\..\\x",
        ].map { HostileText(behind: $0) }

    func text(_ value: String) -> String { before + (replaces ? "" : value) + behind }

    var description: String {
        if replaces { return "“\(Self.printable(before))”" }
        return before.isEmpty
            ? "the true one with “\(Self.printable(behind))” behind it"
            : "the true one with “\(Self.printable(before))” before it"
    }

    static func printable(_ text: String) -> String { String(JSONValue.string(text).text.dropFirst().dropLast()) }
}

/// What a field of the config is of the host that is asked.
private enum HostPart: Equatable {
    case none
    case whole
    /// What stands before it and behind it stays.
    case label(before: String, behind: String)

    /// Found by a value of the field that is fine in a host.
    static func of(_ field: HostTaint.Field, _ input: CheckCase) async throws -> HostPart {
        if field.value.contains("://") { return .whole }
        for probe in ["kit-probe", "kit-probe.example"] {
            let dials = Dials()
            try await HostTaint.visit(input, HostTaint.replacing(field, by: probe, in: input.config), dials)
            for host in dials.hosts.map({ $0.lowercased() }) {
                guard let range = host.range(of: probe) else { continue }
                let (before, behind) = (String(host[..<range.lowerBound]), String(host[range.upperBound...]))
                return before.isEmpty && behind.isEmpty ? .whole : .label(before: before, behind: behind)
            }
        }
        return .none
    }

    /// The origin of a URL, with a star for the label where there is one.
    func origin(_ url: String) -> String {
        let origin = Storm.origin(url)
        guard case .label(let before, let behind) = self, let parts = URLComponents(string: url), parts.user == nil,
            let host = parts.host?.lowercased(), host.hasPrefix(before), host.hasSuffix(behind)
        else { return origin }
        let label = host.dropFirst(before.count).dropLast(behind.count)
        let isPlain = label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? origin.replacing(host, with: "\(before)*\(behind)") : origin
    }
}

/// What the form of a request is: everything but values.
private struct RequestShape: Hashable, CustomStringConvertible {
    let method: String
    let origin: String
    let segments: Int
    let parameters: [String]
    let fields: [String]

    init(_ request: HTTPRequest, _ part: HostPart = .none) {
        let url = request.url.prefix { $0 != "#" }
        let path = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let place = path[0].split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
        // A resolver of paths takes these away with the segment before them.
        let dots = place.count { Self.isDots($0) }
        method = request.method.rawValue
        origin = part.origin(String(url))
        segments = place.count - 2 * dots
        let inURL = path.count > 1 ? path[1].split(separator: "&").map { String($0.prefix { $0 != "=" }) } : []
        parameters = (inURL + request.query.map(\.name)).sorted()
        fields = request.headers.fields.map { $0.name.lowercased() }.sorted()
    }

    private static func isDots(_ segment: Substring) -> Bool {
        [".", ".."].contains(segment.lowercased().replacing("%2e", with: "."))
    }

    var description: String {
        let query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
        return "\(method) \(origin), \(segments) segments\(query)"
    }
}

/// A table whose objects, or their parents, get other ids.
struct HostileIDs: Sendable {
    static let ids = ["a/b", "..", "x?y=1", "5%", "café", "q\"';--", "a b&c=d", "%2e%2e/x", "#7"]

    let input: CheckCase
    let schema: Manifest.Schema
    let declaration: ModelDeclaration
    let endpoint: ModelDeclaration.Endpoint
    let world: World
    let state: String
    let lab: Lab
    let tally = Bench.Tally()
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
        else { throw Self.withoutTexts }
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
    }

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
        return declaration.endpoints.contains { endpoint in
            guard let names = endpoint.path.match(path) else { return false }
            return names.allSatisfy { isThere($0.value, $0.key) }
        }
    }

    /// Whether a name in a path stands for something that the world has.
    private func isThere(_ value: String, _ name: String) -> Bool {
        let scoped = declaration.endpoints.contains { $0.scope.values.contains("{\(name)}") }
        return !scoped || parents.contains(value) || Self.ids.contains(value)
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

    /// The attribute by which the list is scoped, and the parent of its first object.
    private var firstParent: (String, String)? {
        guard let attribute = endpoint.scope.keys.sorted().first,
            let old = world.visible(endpoint.collection).first?.attributes[attribute]
        else { return nil }
        return (attribute, old)
    }
}

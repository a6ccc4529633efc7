import Cassettes
import Columns
import Tributary

/// What redaction may not spoil.
enum FixtureShapeChecks {
    static let all = [redactionKeepsShape, modelGivesRecording]

    private static let modelGivesRecording = Check(
        "fixture-model-gives-recording", group: .fixtures, level: .static, scope: .source,
        proves: "The model of the upstream answers each recorded request as the upstream did.",
        method:
            "Each recorded request for a list that model.json covers is put to the model of that state's objects. The rows "
            + "must be the recorded ones, member by member and in their order; of what surrounds them the members that the "
            + "envelope names must be.",
        likelyCause:
            "model.json does not say how a list is ordered, filtered or paged. Every simulated check asks this "
            + "model, so mend it first.",
        profile: .quick, catches: "model-contradicts-the-recording"
    ) { input in
        guard let declaration = try input.model() else {
            return .notApplicable("The scenario has no model.json for traffic.")
        }
        var findings: [Finding] = []
        var looked = Counters()
        for state in input.scenario.manifest.states where state.http != nil {
            var verification = ModelVerification(input.scenario, declaration)
            verification.comparesTablesAlone = true
            let outcome = try await verification.run(state: state.name)
            findings += outcome.findings
            looked.requests += outcome.verified
        }
        return .judged(Array(findings.prefix(5)), looked: looked)
    }

    private static let redactionKeepsShape = Check(
        "fixture-redaction-keeps-shape", group: .fixtures, level: .static, scope: .source,
        proves: "What was put in place of real values keeps keys apart, joins together, lists in their order and an "
            + "object the same wherever it was recorded.",
        method:
            "The recorded objects of each collection of the model: two of one state with the same key must be equal; "
            + "one that comes again later with an unmoved cursor, where changes move it, too; lists must stand in the order "
            + "that their endpoint declares; a member holds texts or numbers, not both; ids at one place have one prefix.",
        likelyCause:
            "Values were replaced by chance instead of by a rule: the same original must give the same substitute.",
        profile: .quick, catches: "redaction-tears-joins", "redaction-breaks-order"
    ) { input in
        guard let declaration = try input.model() else {
            return .notApplicable("The scenario has no model.json that says what its objects are.")
        }
        var findings: [Finding] = []
        var looked = Counters()
        var earlier: [String: JSONObject] = [:]
        for state in input.scenario.manifest.states where state.http != nil {
            var (here, probed): ([String: JSONObject], [String: JSONObject]) = ([:], [:])
            let exchanges = try input.scenario.exchanges(state: state.name)
            let tables = Set(exchanges.flatMap(\.exchange.schemas))
            for exchange in exchanges where exchange.status == 200 {
                guard let path = exchange.path, let call = try? ModelCall(exchange),
                    let (endpoint, names) = declaration.endpoints.lazy.compactMap({ endpoint in
                        endpoint.names(for: call).map { (endpoint, $0) }
                    }).first,
                    let collection = declaration.collection(endpoint.collection)
                else { continue }
                // A probe may ask for fewer members than the table does: those that it has are held against the table's.
                let isProbe = exchange.isProbe(of: collection, beside: tables)
                let parent = names.sorted { $0.key < $1.key }.map(\.value).joined(separator: " ")
                let rows = PageChain.rows(of: exchange, declaration).compactMap(\.object)
                looked += Counters(rows: rows.count)
                let place = "\(input.scenario.id) at \(state.name), exchange \(exchange.id)"
                findings += Self.order(rows, of: endpoint, exchange, at: place)
                for row in rows {
                    let key = "\(collection.name) \(path) \(parent) \(ModelPage.key(of: row, by: collection.key))"
                    // Of a probe's row and another one's, the members that both have.
                    for old in [probed[key], isProbe ? here[key] : nil].compactMap({ $0 }) {
                        let (now, before) = (row.only(old.names), old.only(row.names))
                        findings += Self.torn(now, before, collection, key, at: place, isLater: false)
                    }
                    if isProbe {
                        probed[key] = row
                        continue
                    }
                    findings += Self.torn(row, here[key], collection, key, at: place, isLater: false)
                    findings += Self.torn(row, earlier[key], collection, key, at: place, isLater: true)
                    here[key] = row
                }
                findings += Self.mixed(rows, at: place)
            }
            earlier.merge(here) { $1 }
        }
        return .judged(Array(findings.prefix(5)), looked: looked)
    }

    /// The same object with two faces.
    private static func torn(
        _ row: JSONObject, _ known: JSONObject?, _ collection: ModelDeclaration.Collection, _ key: String,
        at place: String, isLater: Bool
    ) -> [Finding] {
        guard let known else { return [] }
        if isLater {
            guard collection.cursorMovesOnUpdate == true, let cursor = collection.cursor,
                ModelOrder.value(cursor, of: row) == ModelOrder.value(cursor, of: known)
            else { return [] }
        }
        guard let difference = JSONDifference(.object(known), .object(row)) else { return [] }
        return [
            Finding(
                at: place, expected: "\(key) as it was recorded before",
                actual: "At \(difference.path) it has \(difference.actual), before \(difference.expected).",
                cause: isLater
                    ? "The row has changed and its cursor has not, although model.json says by \"cursorMovesOnUpdate\" that a change "
                        + "moves it; or a value was replaced by chance instead of by a rule."
                    : nil)
        ]
    }

    private static func order(
        _ rows: [JSONObject], of endpoint: ModelDeclaration.Endpoint, _ exchange: RecordedExchange, at place: String
    ) -> [Finding] {
        guard let call = try? ModelCall(exchange) else { return [] }
        guard let first = ModelServer.order(of: endpoint, for: call).first else { return [] }
        for (left, right) in zip(rows, rows.dropFirst()) {
            let (a, b) = (ModelOrder.value(first.field, of: left), ModelOrder.value(first.field, of: right))
            guard first.isDescending ? ModelOrder.isLess(a, b) : ModelOrder.isLess(b, a) else { continue }
            return [
                Finding(
                    at: place, expected: "rows by \(first.field), \(first.isDescending ? "newest" : "oldest") first",
                    actual: "\(b.text) comes after \(a.text).")
            ]
        }
        return []
    }

    /// Members that hold texts in some rows and numbers in others, and identifiers of two forms.
    private static func mixed(_ rows: [JSONObject], at place: String) -> [Finding] {
        var kinds: [String: Set<String>] = [:]
        for row in rows {
            for member in row.members where !member.value.isNull {
                let isScalar = member.value.array == nil && member.value.object == nil
                if isScalar { kinds[member.name, default: []].insert(member.value.kind) }
            }
        }
        let odd = kinds.filter { $0.value.count > 1 }.keys.sorted()
        if odd.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: "one kind of value in each member",
                actual: "These hold several: \(odd.joined(separator: ", ")).")
        ]
    }
}

extension JSONObject {
    /// The members of these names.
    fileprivate func only(_ names: [String]) -> JSONObject {
        JSONObject(members.filter { names.contains($0.name) }.map { ($0.name, $0.value) })
    }
}

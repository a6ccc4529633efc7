import Cassettes
import Columns
import Tributary

// Only what gives the recorded answers is kept.
extension ModelProposal {
    /// A proposal of which each part was held against the recording.
    ///
    /// - Parameters:
    ///   - existing: the model that is there.
    ///   - isOwn: whether it is what was proposed before. What a person wrote stays as it is, whether it holds or not.
    func verified(existing: JSONValue?, isOwn: Bool) async throws -> Result {
        let (drafts, leftOut) = try drafts()
        var collections = existing?["collections"]?.object ?? JSONObject()
        var endpoints = existing?["endpoints"]?.array ?? []
        var notes = leftOut
        for name in collections.names {
            guard let found = try await contradiction(of: existing ?? .null, name) else { continue }
            guard isOwn else {
                notes.append(
                    "model.json: \(name) was edited by hand and is kept, but does not give what was recorded. \(found) Mend "
                        + "it, or take it out of the file to have it proposed anew by 'tributary rerecord'.")
                continue
            }
            notes.append("model.json: \(name) did not hold any longer, and is proposed anew. \(found)")
            collections[name] = nil
            endpoints.removeAll { $0["collection"]?.string == name }
        }
        let known = Set(collections.names)
        // Parents come first, since a child is verified together with them.
        let ordered =
            drafts.filter { $0.collection["parent"] == nil } + drafts.filter { $0.collection["parent"] != nil }
        for draft in ordered where !known.contains(draft.name) {
            let owner = draft.collection["parent"]?["collection"]?.string
            if let owner, collections[owner] == nil {
                notes.append("model.json: \(draft.name) is left out with its parent \(owner).")
                continue
            }
            let (endpoint, problem) = try await fitting(draft, collections, endpoints)
            if let problem {
                notes.append(Self.advice(draft, problem))
                continue
            }
            collections[draft.name] = .object(draft.collection)
            endpoints.append(.object(endpoint))
            notes += draft.notes
        }
        // Jobs, and whatever else a person wrote, stay.
        var file = existing?.object ?? JSONObject()
        file["collections"] = .object(collections)
        file["endpoints"] = .array(endpoints)
        let json = JSONValue.object(file)
        let declaration = try ModelDeclaration(json, file: "model.json")
        // A bare nil would be a JSON null here.
        return Result(
            json: collections.isEmpty ? JSONValue?.none : json, declaration: declaration, notes: notes)
    }

    /// The endpoint, or one that differs in what a recording leaves open, that gives the recorded answers; else the first
    /// contradiction.
    private func fitting(
        _ draft: Draft, _ collections: JSONObject, _ endpoints: [JSONValue]
    ) async throws -> (JSONObject, String?) {
        var all = collections
        all[draft.name] = .object(draft.collection)
        var problem: String?
        let isCut = try scenario.trimmedSchemas().contains(draft.name)
        for variant in Self.variants(draft.endpoint, isCut: isCut) {
            let json: JSONValue = ["collections": .object(all), "endpoints": .array(endpoints + [.object(variant)])]
            var found = try await contradiction(of: json, draft.name)
            if found == nil, let table = tables.first(where: { $0.schema.name == draft.name }) {
                found = try await endless(ModelDeclaration(json, file: "model.json").only(draft.name), table)
            }
            guard let found else { return (variant, nil) }
            problem = problem ?? found
        }
        return (draft.endpoint, problem)
    }

    /// The endpoint with other orders and other sides of its bounds.
    private static func variants(_ endpoint: JSONObject, isCut: Bool) -> [JSONObject] {
        var variants = [endpoint]
        let filters = endpoint["filters"]?.array ?? []
        if !filters.isEmpty {
            var other = endpoint
            let swapped = [">=": ">", ">": ">=", "<=": "<", "<": "<="]
            other["filters"] = .array(
                filters.map { filter in
                    guard var object = filter.object, let text = object["comparison"]?.string else { return filter }
                    object["comparison"] = .string(swapped[text] ?? text)
                    return .object(object)
                })
            variants.append(other)
        }
        for variant in variants where variant["order"]?.array?.isEmpty == false || variant["orderParameters"] != nil {
            var other = variant
            other["order"] = []
            other["orderParameters"] = nil
            variants.append(other)
        }
        // A list that the recorder has ended leads on in the recording, and that is no way of the API's.
        for variant in isCut ? [] : variants {
            guard var page = variant["page"]?.object, page["style"]?.string != "single" else { continue }
            var other = variant
            page["alwaysLeadsOn"] = true
            other["page"] = .object(page)
            variants.append(other)
        }
        return variants
    }

    private func contradiction(of json: JSONValue, _ name: String) async throws -> String? {
        let declaration = try ModelDeclaration(json, file: "model.json").only(name)
        for state in scenario.manifest.states where state.http != nil {
            var verification = ModelVerification(scenario, declaration)
            verification.comparesTablesAlone = true
            let outcome = try await verification.run(state: state.name)
            if let finding = outcome.findings.first { return "\(finding.place): \(finding.actual)" }
        }
        return nil
    }

    private static func advice(_ draft: Draft, _ problem: String) -> String {
        let path = draft.endpoint["path"]?.string ?? ""
        return """
            model.json: \(draft.name) is left out, since the proposal does not give what was recorded. \(problem)\(draft.hint.map { " \($0)" } ?? "")
              Start from this and mend it, see "A model of an upstream" (ModelOfAnUpstream.md): {"collections": {"\(draft.name)": \(JSONValue.object(draft.collection).text)}, \
            "endpoints": [\(JSONValue.object(draft.endpoint).text)]} (\(path))
            """
    }
}

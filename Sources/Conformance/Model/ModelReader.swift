import Cassettes
import Columns
import Foundation
import Tributary

extension ModelDeclaration {
    /// Reads the `model.json` of a scenario; nil when it has none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`: file, place and problem.
    public init?(of scenario: Scenario) throws {
        let file = scenario.folder.appendingPathComponent("model.json")
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        let name = "\(scenario.id)/model.json"
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Array(data))
        } catch {
            throw SourceError.fixture(file: name, at: nil, "it is not JSON: \(error)")
        }
        try self.init(value, file: name)
    }

    /// Reads a declaration; `file` is for messages.
    public init(_ value: JSONValue, file: String) throws {
        let reader = ModelReader(file: file)
        try reader.allowOnly(value, ["format", "collections", "endpoints", "jobs"], at: "")
        collections = try reader.members(value, "collections").map { try reader.collection($0.name, $0.value) }
        endpoints = try reader.elements(value, "endpoints").enumerated().map { index, endpoint in
            try reader.endpoint(endpoint, at: "endpoints[\(index)]")
        }
        jobs = try reader.list(value, "jobs", at: "").enumerated().map { try reader.job($1, at: "jobs[\($0)]") }
        let known = Set(collections.map(\.name))
        for (index, endpoint) in endpoints.enumerated() where !known.contains(endpoint.collection) {
            throw reader.error(at: "endpoints[\(index)].collection", "there is no collection '\(endpoint.collection)'")
        }
        for collection in collections {
            guard let parent = collection.parent, !known.contains(parent.collection) else { continue }
            throw reader.error(
                at: "collections.\(collection.name).parent", "there is no collection '\(parent.collection)'")
        }
        for index in endpoints.indices where endpoints[index].scope.isEmpty {
            let names = collection(endpoints[index].collection)?.parent?.names.keys.map { ($0, "{\($0)}") } ?? []
            endpoints[index].scope = Dictionary(names) { $1 }
        }
    }
}

/// Takes a declaration apart, and says where it is wrong.
private struct ModelReader {
    let file: String

    func error(at place: String, _ problem: String) -> SourceError {
        SourceError.fixture(file: file, at: place, problem)
    }

    func members(_ value: JSONValue, _ name: String) throws -> [(name: String, value: JSONValue)] {
        guard let object = value[name]?.object else { throw error(at: name, "an object is expected here") }
        return object.members
    }

    /// Refuses members that nobody reads, since a typing error would pass unseen. Names with `_` in front are free.
    func allowOnly(_ value: JSONValue, _ known: Set<String>, at place: String) throws {
        guard let object = value.object else { throw error(at: place, "an object is expected here") }
        for name in object.names where !known.contains(name) && !name.hasPrefix("_") {
            let list = known.sorted().joined(separator: ", ")
            let spot = place.isEmpty ? name : "\(place).\(name)"
            throw error(at: spot, "there is no member \"\(name)\"; known are \(list)")
        }
    }

    /// The elements of a list that may be missing.
    func list(_ value: JSONValue, _ name: String, at place: String) throws -> [JSONValue] {
        guard let member = value[name], !member.isNull else { return [] }
        guard let array = member.array else { throw error(at: Self.spot(place, name), "a list is expected here") }
        return array
    }

    /// The members of an object that may be missing.
    private func object(
        _ value: JSONValue, _ name: String, at place: String
    ) throws -> [(
        name: String, value: JSONValue
    )] {
        guard let member = value[name], !member.isNull else { return [] }
        guard let object = member.object else { throw error(at: Self.spot(place, name), "an object is expected here") }
        return object.members
    }

    private static func spot(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    private func flag(_ value: JSONValue, _ name: String, at place: String) throws -> Bool {
        guard let member = value[name], !member.isNull else { return false }
        guard let flag = member.bool else { throw error(at: Self.spot(place, name), "true or false is expected here") }
        return flag
    }

    private func number(_ value: JSONValue, _ name: String, at place: String) throws -> Int? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let number = member.int64 else { throw error(at: Self.spot(place, name), "a number is expected here") }
        return Int(number)
    }

    private func optionalText(_ value: JSONValue, _ name: String, at place: String) throws -> String? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let text = member.string else { throw error(at: Self.spot(place, name), "a text is expected here") }
        return text
    }

    /// Texts by name.
    private func textsByName(_ value: JSONValue, _ name: String, at place: String) throws -> [String: String] {
        let members = try object(value, name, at: place).map { member in
            guard let text = member.value.string else {
                throw error(at: "\(Self.spot(place, name)).\(member.name)", "a text is expected here")
            }
            return (member.name, text)
        }
        return Dictionary(members) { $1 }
    }

    /// The envelope of a page, whose placeholders are known.
    private func envelope(_ value: JSONValue, at place: String) throws -> JSONValue {
        switch value {
        case .string(let text) where Placeholder.isMeant(text) && Placeholder(text) == nil:
            throw error(
                at: place, "\"\(text)\" is no placeholder; known are \(Placeholder.known.joined(separator: ", "))")
        case .object(let object):
            for member in object.members { _ = try envelope(member.value, at: "\(place).\(member.name)") }
        case .array(let elements):
            for (index, element) in elements.enumerated() { _ = try envelope(element, at: "\(place)[\(index)]") }
        default: break
        }
        return value
    }

    func elements(_ value: JSONValue, _ name: String) throws -> [JSONValue] {
        guard let array = value[name]?.array else { throw error(at: name, "a list is expected here") }
        return array
    }

    private func text(_ value: JSONValue, _ name: String, at place: String) throws -> String {
        guard let text = value[name]?.string else { throw error(at: "\(place).\(name)", "a text is expected here") }
        return text
    }

    /// A list of texts that may be missing; one text alone counts as a list of one.
    private func texts(_ value: JSONValue, _ name: String, at place: String) throws -> [String] {
        try texts(value[name], at: Self.spot(place, name))
    }

    private func texts(_ value: JSONValue?, at place: String) throws -> [String] {
        guard let value, !value.isNull else { return [] }
        if let text = value.string { return [text] }
        return try (value.array ?? [.null]).map { element in
            guard let text = element.string else { throw error(at: place, "a list of texts is expected here") }
            return text
        }
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ value: JSONValue?, default fallback: Choice?, at place: String
    ) throws -> Choice {
        if value?.isNull ?? true, let fallback { return fallback }
        guard let text = value?.string else { throw error(at: place, "a text is expected here") }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(at: place, "'\(text)' is none of \(known)")
        }
        return choice
    }

    func collection(_ name: String, _ value: JSONValue) throws -> ModelDeclaration.Collection {
        let place = "collections.\(name)"
        try allowOnly(
            value,
            [
                "key", "cursor", "cursorFormat", "cursorMovesOnUpdate", "mutable", "from", "schemas", "parent",
                "deletion", "visibleAfterSeconds", "embeds", "columns",
            ], at: place)
        let key = try texts(value, "key", at: place)
        guard !key.isEmpty else { throw error(at: "\(place).key", "the members that identify an object are expected") }
        let schemas = try texts(value, "schemas", at: place)
        return ModelDeclaration.Collection(
            name: name, key: key, cursor: try optionalText(value, "cursor", at: place),
            cursorFormat: try choice(value["cursorFormat"], default: .iso8601, at: "\(place).cursorFormat"),
            cursorMovesOnUpdate: try flag(value, "cursorMovesOnUpdate", at: place),
            mutable: try texts(value, "mutable", at: place),
            sources: try list(value, "from", at: place).enumerated().map { try source($1, at: "\(place).from[\($0)]") },
            schemas: schemas.isEmpty ? [name] : schemas,
            parent: try value["parent"].map { try parent($0, at: "\(place).parent") },
            deletion: try value["deletion"].map { try deletion($0, at: "\(place).deletion") },
            visibleAfter: try number(value, "visibleAfterSeconds", at: place).map { .seconds($0) },
            embeds: try object(value, "embeds", at: place).map { member in
                try embed(member.name, member.value, at: "\(place).embeds.\(member.name)")
            }, columns: try columns(value["columns"], at: "\(place).columns"))
    }

    private func columns(_ value: JSONValue?, at place: String) throws -> [String: String] {
        guard let value else { return [:] }
        guard let members = value.object?.members else {
            throw error(at: place, "columns of the table and the paths of their values in an object are expected")
        }
        let named = try members.map { member in
            guard let path = member.value.string, JSONPath(path)?.segments.isEmpty == false else {
                throw error(
                    at: "\(place).\(member.name)", "a path in the upstream's object is expected, such as 'user.id'")
            }
            return (member.name, path)
        }
        return Dictionary(named) { $1 }
    }

    private func source(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Place {
        try allowOnly(value, ["path", "rows", "when"], at: place)
        return ModelDeclaration.Place(
            path: PathTemplate(try text(value, "path", at: place)),
            rows: try optionalText(value, "rows", at: place) ?? "", when: try textsByName(value, "when", at: place))
    }

    private func deletion(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Deletion {
        try allowOnly(value, ["member", "keeps"], at: place)
        return ModelDeclaration.Deletion(
            member: try text(value, "member", at: place), keeps: try texts(value, "keeps", at: place))
    }

    private func embed(_ name: String, _ value: JSONValue, at place: String) throws -> ModelDeclaration.Embed {
        try allowOnly(value, ["collection", "limit", "envelope"], at: place)
        return ModelDeclaration.Embed(
            member: name, collection: try text(value, "collection", at: place),
            limit: try number(value, "limit", at: place) ?? 10,
            envelope: try envelope(value["envelope"] ?? "$rows", at: "\(place).envelope"))
    }

    func job(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Job {
        try allowOnly(
            value, ["path", "schemas", "state", "running", "finished", "failed", "count", "files"], at: place)
        return ModelDeclaration.Job(
            path: PathTemplate(try text(value, "path", at: place)), schemas: try texts(value, "schemas", at: place),
            state: try text(value, "state", at: place), running: try texts(value, "running", at: place),
            finished: try texts(value, "finished", at: place), failed: try texts(value, "failed", at: place),
            count: try optionalText(value, "count", at: place), files: try optionalText(value, "files", at: place))
    }

    private func parent(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Parent {
        try allowOnly(value, ["collection", "names", "columns"], at: place)
        let names = try textsByName(value, "names", at: place)
        guard !names.isEmpty else {
            throw error(at: "\(place).names", "the names of the path and the parent's members are expected")
        }
        return ModelDeclaration.Parent(
            collection: try text(value, "collection", at: place), names: names,
            columns: try textsByName(value, "columns", at: place))
    }

    func endpoint(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Endpoint {
        try allowOnly(
            value,
            [
                "path", "collection", "scope", "order", "orderParameters", "filters", "page", "envelope", "resultCap",
                "resultCapStatus", "missingParentStatus", "when",
            ], at: place)
        return ModelDeclaration.Endpoint(
            path: PathTemplate(try text(value, "path", at: place)),
            collection: try text(value, "collection", at: place), scope: try textsByName(value, "scope", at: place),
            order: try orders(value["order"], at: "\(place).order"),
            orderParameters: try object(value, "orderParameters", at: place).map { member in
                let spot = "\(place).orderParameters.\(member.name)"
                guard let options = member.value.object else { throw error(at: spot, "an object is expected here") }
                let orders = try options.members.map { option in
                    (option.name, try self.orders(option.value, at: "\(spot).\(option.name)"))
                }
                return ModelDeclaration.OrderParameter(parameter: member.name, orders: Dictionary(orders) { $1 })
            },
            filters: try list(value, "filters", at: place).enumerated().map {
                try filter($1, at: "\(place).filters[\($0)]")
            },
            page: try page(value["page"] ?? .object(JSONObject()), at: "\(place).page"),
            envelope: try envelope(value["envelope"] ?? "$rows", at: "\(place).envelope"),
            resultCap: try number(value, "resultCap", at: place),
            resultCapStatus: try number(value, "resultCapStatus", at: place),
            missingParentStatus: try number(value, "missingParentStatus", at: place),
            when: try textsByName(value, "when", at: place))
    }

    /// Orders are texts such as `-created`: a minus in front means descending.
    private func orders(_ value: JSONValue?, at place: String) throws -> [ModelDeclaration.Order] {
        try texts(value, at: place).map { text in
            ModelDeclaration.Order(
                field: text.hasPrefix("-") ? String(text.dropFirst()) : text, isDescending: text.hasPrefix("-"))
        }
    }

    private func filter(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Filter {
        try allowOnly(
            value, ["parameter", "field", "comparison", "format", "wholeSeconds", "default", "any"], at: place)
        return ModelDeclaration.Filter(
            parameter: try text(value, "parameter", at: place), field: try text(value, "field", at: place),
            comparison: try choice(value["comparison"], default: .equal, at: "\(place).comparison"),
            format: try value["format"].map { try choice($0, default: nil, at: "\(place).format") },
            comparesWholeSeconds: try flag(value, "wholeSeconds", at: place),
            standard: try optionalText(value, "default", at: place), any: try optionalText(value, "any", at: place))
    }

    private func page(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Page {
        try allowOnly(
            value,
            [
                "style", "header", "parameter", "size", "defaultSize", "maximum", "firstPage", "endsWithEmptyPage",
                "endsWithShortPage", "alwaysLeadsOn", "endsWithNull", "offset",
            ], at: place)
        let maximum = try number(value, "maximum", at: place) ?? 100
        let style: ModelDeclaration.Page.Style = try choice(value["style"], default: .single, at: "\(place).style")
        let parameter = try optionalText(value, "parameter", at: place) ?? ""
        return ModelDeclaration.Page(
            style: style, header: try optionalText(value, "header", at: place), parameter: parameter,
            sizeParameter: try optionalText(value, "size", at: place),
            defaultSize: try number(value, "defaultSize", at: place) ?? maximum, maximumSize: maximum,
            firstPage: try number(value, "firstPage", at: place) ?? 1,
            endsWithEmptyPage: try flag(value, "endsWithEmptyPage", at: place),
            endsWithShortPage: try flag(value, "endsWithShortPage", at: place),
            alwaysLeadsOn: try flag(value, "alwaysLeadsOn", at: place),
            endsWithNull: try flag(value, "endsWithNull", at: place),
            offsetParameter: try optionalText(value, "offset", at: place))
    }
}

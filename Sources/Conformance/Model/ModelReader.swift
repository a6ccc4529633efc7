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
        collections = try reader.members(value, "collections").map { try reader.collection($0.name, $0.value) }
        endpoints = try reader.elements(value, "endpoints").enumerated().map { index, endpoint in
            try reader.endpoint(endpoint, at: "endpoints[\(index)]")
        }
        jobs = try (value["jobs"]?.array ?? []).enumerated().map { try reader.job($1, at: "jobs[\($0)]") }
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

    func elements(_ value: JSONValue, _ name: String) throws -> [JSONValue] {
        guard let array = value[name]?.array else { throw error(at: name, "a list is expected here") }
        return array
    }

    private func text(_ value: JSONValue, _ name: String, at place: String) throws -> String {
        guard let text = value[name]?.string else { throw error(at: "\(place).\(name)", "a text is expected here") }
        return text
    }

    private func texts(_ value: JSONValue?) -> [String] {
        value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? []
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String?, default fallback: Choice?, at place: String
    ) throws -> Choice {
        guard let text else {
            if let fallback { return fallback }
            throw error(at: place, "a text is expected here")
        }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(at: place, "'\(text)' is none of \(known)")
        }
        return choice
    }

    func collection(_ name: String, _ value: JSONValue) throws -> ModelDeclaration.Collection {
        let place = "collections.\(name)"
        let key = texts(value["key"])
        guard !key.isEmpty else { throw error(at: "\(place).key", "the members that identify an object are expected") }
        return ModelDeclaration.Collection(
            name: name, key: key, cursor: value["cursor"]?.string,
            cursorFormat: try choice(value["cursorFormat"]?.string, default: .iso8601, at: "\(place).cursorFormat"),
            cursorMovesOnUpdate: value["cursorMovesOnUpdate"]?.bool ?? false, mutable: texts(value["mutable"]),
            sources: try (value["from"]?.array ?? []).map { source in
                ModelDeclaration.Place(
                    path: PathTemplate(try text(source, "path", at: "\(place).from")),
                    rows: source["rows"]?.string ?? "")
            },
            schemas: texts(value["schemas"]).isEmpty ? [name] : texts(value["schemas"]),
            parent: try value["parent"].map { try parent($0, at: "\(place).parent") },
            deletion: try value["deletion"].map { deletion in
                ModelDeclaration.Deletion(
                    member: try text(deletion, "member", at: "\(place).deletion"), keeps: texts(deletion["keeps"]))
            },
            visibleAfter: value["visibleAfterSeconds"]?.int64.map { .seconds($0) },
            embeds: try (value["embeds"]?.object?.members ?? []).map { member in
                ModelDeclaration.Embed(
                    member: member.name, collection: try text(member.value, "collection", at: "\(place).embeds"),
                    limit: member.value["limit"]?.int64.map(Int.init) ?? 10,
                    envelope: member.value["envelope"] ?? "$rows")
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

    func job(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Job {
        ModelDeclaration.Job(
            path: PathTemplate(try text(value, "path", at: place)), schemas: texts(value["schemas"]),
            state: try text(value, "state", at: place), running: texts(value["running"]),
            finished: texts(value["finished"]), failed: texts(value["failed"]), count: value["count"]?.string,
            files: value["files"]?.string)
    }

    private func parent(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Parent {
        func texts(_ name: String) -> [String: String] {
            let members = value[name]?.object?.members ?? []
            return Dictionary(members.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
        }
        let names = texts("names")
        guard !names.isEmpty else {
            throw error(at: "\(place).names", "the names of the path and the parent's members are expected")
        }
        return ModelDeclaration.Parent(
            collection: try text(value, "collection", at: place), names: names, columns: texts("columns"))
    }

    func endpoint(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Endpoint {
        let scope = (value["scope"]?.object?.members ?? []).map { ($0.name, $0.value.string ?? "") }
        return ModelDeclaration.Endpoint(
            path: PathTemplate(try text(value, "path", at: place)),
            collection: try text(value, "collection", at: place),
            scope: Dictionary(scope) { $1 }, order: try orders(value["order"], at: "\(place).order"),
            orderParameters: try (value["orderParameters"]?.object?.members ?? []).map { member in
                let orders = try (member.value.object?.members ?? []).map { option in
                    (option.name, try self.orders(option.value, at: "\(place).orderParameters"))
                }
                return ModelDeclaration.OrderParameter(parameter: member.name, orders: Dictionary(orders) { $1 })
            },
            filters: try (value["filters"]?.array ?? []).map { try filter($0, at: "\(place).filters") },
            page: try page(value["page"] ?? .null, at: "\(place).page"), envelope: value["envelope"] ?? "$rows",
            resultCap: value["resultCap"]?.int64.map(Int.init),
            resultCapStatus: value["resultCapStatus"]?.int64.map(Int.init),
            missingParentStatus: value["missingParentStatus"]?.int64.map(Int.init))
    }

    /// Orders are texts such as `-created`: a minus in front means descending.
    private func orders(_ value: JSONValue?, at place: String) throws -> [ModelDeclaration.Order] {
        texts(value).map { text in
            ModelDeclaration.Order(
                field: text.hasPrefix("-") ? String(text.dropFirst()) : text, isDescending: text.hasPrefix("-"))
        }
    }

    private func filter(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Filter {
        ModelDeclaration.Filter(
            parameter: try text(value, "parameter", at: place), field: try text(value, "field", at: place),
            comparison: try choice(value["comparison"]?.string, default: .equal, at: "\(place).comparison"),
            format: try value["format"].map { try choice($0.string, default: nil, at: "\(place).format") },
            comparesWholeSeconds: value["wholeSeconds"]?.bool ?? false,
            standard: value["default"]?.string, any: value["any"]?.string)
    }

    private func page(_ value: JSONValue, at place: String) throws -> ModelDeclaration.Page {
        let maximum = value["maximum"]?.int64.map(Int.init) ?? 100
        return ModelDeclaration.Page(
            style: try choice(value["style"]?.string, default: .single, at: "\(place).style"),
            header: value["header"]?.string, parameter: value["parameter"]?.string ?? "",
            sizeParameter: value["size"]?.string,
            defaultSize: value["defaultSize"]?.int64.map(Int.init) ?? maximum, maximumSize: maximum,
            firstPage: value["firstPage"]?.int64.map(Int.init) ?? 1,
            endsWithEmptyPage: value["endsWithEmptyPage"]?.bool ?? false,
            endsWithShortPage: value["endsWithShortPage"]?.bool ?? false,
            alwaysLeadsOn: value["alwaysLeadsOn"]?.bool ?? false, endsWithNull: value["endsWithNull"]?.bool ?? false,
            offsetParameter: value["offset"]?.string)
    }
}

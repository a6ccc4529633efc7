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
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        try self.init(FixtureValue.read(file, named: "\(scenario.id)/model.json"))
    }

    /// Reads a declaration; `file` is for messages.
    public init(_ value: JSONValue, file: String) throws {
        try self.init(FixtureValue(value: value, file: file))
    }

    private init(_ root: FixtureValue) throws {
        try root.allowOnly(["format", "collections", "endpoints", "jobs"])
        collections = try root.member("collections").members().map { try $0.value.collection(named: $0.name) }
        let lists = try root.member("endpoints").array()
        endpoints = try lists.map { try $0.endpoint() }
        jobs = try root.list("jobs").map { try $0.job() }
        let known = Set(collections.map(\.name))
        for (list, endpoint) in zip(lists, endpoints) where !known.contains(endpoint.collection) {
            throw try list.member("collection").fail("there is no collection '\(endpoint.collection)'")
        }
        for collection in collections {
            guard let parent = collection.parent, !known.contains(parent.collection) else { continue }
            throw try root.member("collections").member(collection.name).member("parent")
                .fail("there is no collection '\(parent.collection)'")
        }
        for index in endpoints.indices {
            let names = collection(endpoints[index].collection)?.parent.map { Set($0.names.keys) } ?? []
            endpoints[index].when.names = names
            if endpoints[index].scope.isEmpty {
                endpoints[index].scope = Dictionary(names.map { ($0, "{\($0)}") }) { $1 }
            }
        }
    }
}

// What may be missing.
extension FixtureValue {
    fileprivate func list(_ name: String) throws -> [FixtureValue] { try optional(name)?.array() ?? [] }
    fileprivate func texts(_ name: String) throws -> [String] { try optional(name)?.strings() ?? [] }
    fileprivate func text(_ name: String) throws -> String? { try optional(name)?.string() }
    fileprivate func flag(_ name: String) throws -> Bool { try optional(name)?.bool() ?? false }
    fileprivate func number(_ name: String) throws -> Int? { try optional(name)?.int() }

    fileprivate func word<Word: RawRepresentable & CaseIterable>(_ name: String, else standard: Word) throws -> Word
    where Word.RawValue == String { try optional(name)?.choice() ?? standard }

    fileprivate func entries(_ name: String) throws -> [(name: String, value: FixtureValue)] {
        try optional(name)?.members() ?? []
    }

    fileprivate func textsByName(_ name: String) throws -> [String: String] {
        Dictionary(try entries(name).map { ($0.name, try $0.value.string()) }) { $1 }
    }

    /// Texts, and for lists and numbers of a body their JSON.
    fileprivate func condition(_ name: String, names: Set<String> = []) throws -> ModelDeclaration.Condition {
        let values = try entries(name).map { ($0.name, $0.value.value.string ?? $0.value.value.text) }
        return ModelDeclaration.Condition(values: Dictionary(values) { $1 }, names: names)
    }

    /// An envelope whose placeholders are known; by default the rows alone.
    fileprivate func envelope() throws -> JSONValue {
        guard let envelope = try optional("envelope") else { return "$rows" }
        try envelope.refuseUnknownPlaceholders()
        return envelope.value
    }

    /// Header fields, each of which stands for a part of the list.
    fileprivate func headers() throws -> JSONObject {
        let fields = try entries("headers")
        for field in fields where Placeholder(field.value.value).map({ $0.part == .rows }) ?? true {
            let known = Placeholder.known.filter { !$0.hasPrefix(Placeholder.Part.rows.rawValue) }
            throw field.value.fail("a header tells a part of the list; known are \(known.joined(separator: ", "))")
        }
        return JSONObject(fields.map { ($0.name, $0.value.value) })
    }

    private func refuseUnknownPlaceholders() throws {
        switch value {
        case .string(let text) where Placeholder.isMeant(text) && Placeholder(text) == nil:
            throw fail("\"\(text)\" is no placeholder; known are \(Placeholder.known.joined(separator: ", "))")
        case .object:
            if let end = LeadObject.end(of: value), end != .null, end != LeadObject.missing {
                throw fail("\"\(LeadObject.mark)\" must be null, or \"?\" for an object that the last page lacks")
            }
            for member in try members() { try member.value.refuseUnknownPlaceholders() }
        case .array: for element in try array() { try element.refuseUnknownPlaceholders() }
        default: break
        }
    }
}

// Objects of the upstream.
extension FixtureValue {
    fileprivate func collection(named name: String) throws -> ModelDeclaration.Collection {
        try allowOnly([
            "key", "cursor", "cursorFormat", "cursorMovesOnUpdate", "mutable", "from", "schemas", "parent", "deletion",
            "visibleAfterSeconds", "embeds", "columns",
        ])
        let (key, schemas) = (try texts("key"), try texts("schemas"))
        guard !key.isEmpty else { throw fail("the member \"key\" must name the members that identify an object") }
        let parent = try optional("parent")?.parent()
        let names = parent.map { Set($0.names.keys) } ?? []
        var collection = ModelDeclaration.Collection(
            name: name, key: key, cursor: try text("cursor"), cursorFormat: try word("cursorFormat", else: .iso8601),
            cursorMovesOnUpdate: try optional("cursorMovesOnUpdate")?.bool(), mutable: try texts("mutable"),
            sources: try list("from").map { try $0.place(names) }, schemas: schemas.isEmpty ? [name] : schemas,
            parent: parent, deletion: try optional("deletion")?.deletion(),
            visibleAfter: try number("visibleAfterSeconds").map { .seconds($0) },
            embeds: try entries("embeds").map { try $0.value.embed(as: $0.name) }, columns: try columns())
        collection.saysMutable = try optional("mutable") != nil
        return collection
    }

    private func columns() throws -> [String: String] {
        let paths = try textsByName("columns")
        for (name, path) in paths where JSONPath(path)?.segments.isEmpty ?? true {
            throw try member("columns").member(name)
                .fail("a path in the upstream's object should be here, such as 'user.id'")
        }
        return paths
    }

    private func place(_ names: Set<String>) throws -> ModelDeclaration.Place {
        try allowOnly(["path", "rows", "when"])
        return ModelDeclaration.Place(
            path: PathTemplate(try member("path").string()), rows: try text("rows") ?? "",
            when: try condition("when", names: names))
    }

    private func deletion() throws -> ModelDeclaration.Deletion {
        try allowOnly(["member", "keeps"])
        return ModelDeclaration.Deletion(member: try member("member").string(), keeps: try texts("keeps"))
    }

    private func embed(as name: String) throws -> ModelDeclaration.Embed {
        try allowOnly(["collection", "limit", "envelope"])
        return ModelDeclaration.Embed(
            member: name, collection: try member("collection").string(), limit: try number("limit") ?? 10,
            envelope: try envelope())
    }

    private func parent() throws -> ModelDeclaration.Parent {
        try allowOnly(["collection", "names", "columns", "uniqueIds"])
        let names = try textsByName("names")
        guard !names.isEmpty else {
            throw fail(
                "the member \"names\" must pair the names of the path, or of \"when\", with the parent's members")
        }
        return ModelDeclaration.Parent(
            collection: try member("collection").string(), names: names, columns: try textsByName("columns"),
            hasUniqueIDs: try flag("uniqueIds"))
    }
}

// How it answers.
extension FixtureValue {
    fileprivate func job() throws -> ModelDeclaration.Job {
        try allowOnly(["path", "schemas", "state", "running", "finished", "failed", "count", "files"])
        return ModelDeclaration.Job(
            path: PathTemplate(try member("path").string()), schemas: try texts("schemas"),
            state: try member("state").string(), running: try texts("running"), finished: try texts("finished"),
            failed: try texts("failed"), count: try text("count"), files: try text("files"))
    }

    fileprivate func endpoint() throws -> ModelDeclaration.Endpoint {
        try allowOnly([
            "path", "collection", "scope", "order", "orderParameters", "filters", "page", "envelope", "resultCap",
            "resultCapStatus", "missingParentStatus", "when", "headers",
        ])
        return ModelDeclaration.Endpoint(
            path: PathTemplate(try member("path").string()), collection: try member("collection").string(),
            scope: try textsByName("scope"), order: try optional("order")?.orders() ?? [],
            orderParameters: try entries("orderParameters").map { parameter in
                let orders = try parameter.value.members().map { ($0.name, try $0.value.orders()) }
                return ModelDeclaration.OrderParameter(parameter: parameter.name, orders: Dictionary(orders) { $1 })
            },
            filters: try list("filters").map { try $0.filter() },
            page: try (optional("page") ?? FixtureValue(value: [:], file: file, path: path)).page(),
            envelope: try envelope(), headers: try headers(), resultCap: try number("resultCap"),
            resultCapStatus: try number("resultCapStatus"), missingParentStatus: try number("missingParentStatus"),
            when: try condition("when"))
    }

    /// Orders are texts such as `-created`: a minus in front means descending.
    private func orders() throws -> [ModelDeclaration.Order] {
        try strings().map { text in
            ModelDeclaration.Order(
                field: text.hasPrefix("-") ? String(text.dropFirst()) : text, isDescending: text.hasPrefix("-"))
        }
    }

    private func filter() throws -> ModelDeclaration.Filter {
        try allowOnly([
            "parameter", "template", "field", "comparison", "format", "wholeSeconds", "wholeDays", "default", "any",
        ])
        let template = try text("template")
        if let template, TextPattern(template, names: ["value"]).names.isEmpty {
            throw try member("template").fail("{value} must stand where the bound does, as in 'updated>={value}'")
        }
        let (seconds, days) = (try flag("wholeSeconds"), try flag("wholeDays"))
        if seconds, days {
            throw try member("wholeDays").fail("whole days are whole seconds already: say one of the two")
        }
        return ModelDeclaration.Filter(
            parameter: try member("parameter").string(), template: template, field: try member("field").string(),
            comparison: try word("comparison", else: .equal), format: try optional("format")?.choice(),
            wholes: days ? .days : seconds ? .seconds : nil, standard: try text("default"), any: try text("any"))
    }

    private func page() throws -> ModelDeclaration.Page {
        try allowOnly([
            "style", "header", "parameter", "size", "defaultSize", "maximum", "firstPage", "endsWithEmptyPage",
            "endsWithShortPage", "alwaysLeadsOn", "endsWithNull", "offset",
        ])
        let maximum = try number("maximum") ?? 100
        return ModelDeclaration.Page(
            style: try word("style", else: .single), header: try text("header"),
            parameter: try text("parameter") ?? "", sizeParameter: try text("size"),
            defaultSize: try number("defaultSize") ?? maximum, maximumSize: maximum,
            firstPage: try number("firstPage") ?? 1, endsWithEmptyPage: try flag("endsWithEmptyPage"),
            endsWithShortPage: try flag("endsWithShortPage"), alwaysLeadsOn: try flag("alwaysLeadsOn"),
            endsWithNull: try flag("endsWithNull"), offsetParameter: try text("offset"))
    }
}

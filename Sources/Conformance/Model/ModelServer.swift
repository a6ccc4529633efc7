import Cassettes
import Columns
import Foundation
import Tributary

/// Answers requests from a world by the declared rules; whatever the rules do not cover goes to `fallback`, the recording.
public struct ModelServer: HTTPClient {
    let declaration: ModelDeclaration
    let world: LiveWorld
    /// Answers probes of credentials and the like.
    let fallback: (any HTTPClient)?
    /// Overrides the declared page sizes, so that page edges fall where a check wants them.
    let pageSize: Int?
    let quirks: ModelQuirks
    private let lists = SortedLists()

    public init(
        _ declaration: ModelDeclaration, world: LiveWorld, fallback: (any HTTPClient)? = nil, pageSize: Int? = nil,
        quirks: ModelQuirks = ModelQuirks()
    ) {
        self.quirks = quirks
        self.declaration = declaration
        self.world = world
        self.fallback = fallback
        self.pageSize = pageSize
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let call = try ModelCall(request)
        for (index, endpoint) in declaration.endpoints.enumerated() {
            guard call.method == .get || call.method == .post, let names = endpoint.names(for: call) else { continue }
            let served = world.nextRequest(of: endpoint.collection)
            return answer(call, index, names, in: served.world, revision: served.revision)
        }
        guard let fallback else {
            throw SourceError(.unexpectedAnswer, "The model has no endpoint for \(call.method.rawValue) \(call.path).")
        }
        return try await fallback.send(request)
    }

    private func answer(
        _ call: ModelCall, _ index: Int, _ names: [String: String], in world: World, revision: Int
    ) -> HTTPResponse {
        let endpoint = declaration.endpoints[index]
        guard let collection = declaration.collection(endpoint.collection) else { return call.response(500, .null) }
        let isOrphaned = !hasParent(collection, names, in: world)
        // A search for the children of nobody finds nothing; a path leads nowhere.
        if isOrphaned, let status = endpoint.missingParentStatus ?? (endpoint.path.hasNames ? 404 : nil) {
            return call.response(status, ["message": "Not Found"])
        }
        let order = Self.order(of: endpoint, for: call)
        let bounds = endpoint.filters.map { call.parameter($0.parameter) }
        var refusal = call.response(500, .null)
        let key = SortedLists.Key(revision: revision, names: names, bounds: bounds, order: order)
        let matching = lists.list(of: index, key) {
            var objects = isOrphaned ? [] : world.visible(endpoint.collection)
            for (attribute, template) in endpoint.scope {
                let wanted = Self.fill(template, with: names)
                objects.removeAll { $0.attributes[attribute] != wanted }
            }
            if let reason = self.refusal(of: call, endpoint, objects) {
                refusal = reason
                return nil
            }
            return ModelOrder.sorted(filtered(objects, by: endpoint.filters, call: call), by: order)
        }
        guard let objects = matching else { return refusal }
        let quirks = quirks.applies(to: collection.name) ? quirks : ModelQuirks()
        let list = ModelList(
            endpoint: endpoint, objects: objects, order: order, key: collection.key, forcedSize: pageSize,
            quirks: quirks)
        var page = list.page(call)
        if let status = page.refusal { return call.response(status, ["message": "The position is not served."]) }
        page.rows = page.rows?.map { embedding($0, collection, in: world) }
        let body = Self.render(endpoint.envelope, page, names)
        var response = call.response(200, body)
        if let change = quirks.body { response.body = HTTPBody(change(body.serialized())) }
        if endpoint.page.style == .link, let next = page.nextURL {
            endpoint.page.lead(&response.headers, to: next)
        }
        for field in Self.render(.object(endpoint.headers), page).object?.members ?? [] where !field.value.isNull {
            response.headers.add(field.name, ModelPage.text(field.value))
        }
        return response
    }

    /// Whether the parent that the path names is there.
    private func hasParent(
        _ collection: ModelDeclaration.Collection, _ names: [String: String], in world: World
    ) -> Bool {
        guard let parent = collection.parent else { return true }
        if quirks.applies(to: collection.name), names.values.contains(where: quirks.goneParents.contains) {
            return false
        }
        return world.visible(parent.collection).contains { object in
            parent.names.allSatisfy { name, member in
                names[name] == ModelPage.text(ModelOrder.value(member, of: object.body))
            }
        }
    }

    /// An object with the first of its children in it, where the upstream shows them.
    private func embedding(
        _ row: JSONValue, _ collection: ModelDeclaration.Collection, in world: World
    ) -> JSONValue {
        guard var body = row.object, !collection.embeds.isEmpty else { return row }
        for embed in collection.embeds {
            guard let parent = declaration.collection(embed.collection)?.parent else { continue }
            let children = world.visible(embed.collection).filter { child in
                parent.names.allSatisfy { name, member in
                    child.attributes[name] == ModelPage.text(ModelOrder.value(member, of: body))
                }
            }
            var page = ModelPage(total: children.count, number: 1, pages: 1)
            page.rows = children.prefix(embed.limit).map { .object($0.body) }
            page.claimsMore = children.count > embed.limit
            body[embed.member] = Self.render(embed.envelope, page)
        }
        return .object(body)
    }

    private func filtered(
        _ objects: [World.Object], by filters: [ModelDeclaration.Filter], call: ModelCall
    ) -> [World.Object] {
        var objects = objects
        for filter in filters {
            let standard = call.parameter(filter.parameter) == nil ? filter.standard : nil
            guard let bound = filter.bound(in: call) ?? standard, bound != filter.any else { continue }
            objects.removeAll { !ModelOrder.satisfies($0.body, filter, bound: bound) }
        }
        return objects
    }

    /// 400 for a bound that no server could read: a text that is no time where times are compared, or no number, or an
    /// expression of another form.
    private func refusal(
        of call: ModelCall, _ endpoint: ModelDeclaration.Endpoint, _ objects: [World.Object]
    ) -> HTTPResponse? {
        for filter in endpoint.filters {
            let bound: String
            var advice = ""
            switch filter.asked(call) {
            case .nothing: continue
            case .unreadable(let text): bound = text
            case .bound(let text):
                guard filter.comparison != .equal,
                    let sample = objects.lazy.map({ ModelOrder.value(filter.field, of: $0.body) }).first(where: {
                        !$0.isNull
                    }),
                    !ModelOrder.isReadable(text, like: sample)
                else { continue }
                bound = text
                let format = ModelDeclaration.CursorFormat(spelling: sample)
                advice =
                    " Values of \(filter.field) are such as \(sample.text): declare the bound with \(format.declaration)."
            }
            let text = "The parameter \(filter.parameter) cannot be read: '\(bound)'.\(advice)"
            return call.response(400, ["error": ["message": .string(text), "param": .string(filter.parameter)]])
        }
        return nil
    }

    static func order(of endpoint: ModelDeclaration.Endpoint, for call: ModelCall) -> [ModelDeclaration.Order] {
        for parameter in endpoint.orderParameters {
            let values = parameter.names.map { call.parameter($0) ?? "" }
            if let order = parameter.orders[values.joined(separator: "+")] { return order }
        }
        return endpoint.order
    }

    static func fill(_ template: String, with names: [String: String]) -> String {
        if names.isEmpty || !template.utf8.contains(UInt8(ascii: "{")) { return template }
        return names.reduce(template) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
    }

    /// Puts a page's parts where the envelope wants them, and the values of the path's names.
    static func render(_ template: JSONValue, _ page: ModelPage, _ names: [String: String] = [:]) -> JSONValue {
        switch template {
        case .string(let text): page.part(text) ?? .string(fill(text, with: names))
        case .array(let elements): .array(elements.map { render($0, page, names) })
        case .object(let object):
            .object(
                JSONObject(
                    object.members.compactMap { member in
                        if member.name == LeadObject.mark { return nil }
                        if let end = LeadObject.end(of: member.value), !page.hasMore {
                            return end == LeadObject.missing ? nil : (member.name, .null)
                        }
                        let value = render(member.value, page, names)
                        if Placeholder(member.value)?.leavesOut(value) == true { return nil }
                        return (member.name, value)
                    }))
        default: template
        }
    }
}

/// A request taken apart.
struct ModelCall {
    let method: HTTPMethod
    let origin: String
    let path: String
    private(set) var query: [(name: String, value: String)]

    init(_ request: HTTPRequest) throws {
        guard var components = URLComponents(string: request.url), let host = components.host else {
            throw SourceError(.unexpectedAnswer, "The model was asked for '\(request.url)', which is no URL.")
        }
        method = request.method
        origin = "\(components.scheme ?? "https")://\(host)" + (components.port.map { ":\($0)" } ?? "")
        path = components.percentEncodedPath
        // A plus in a URL's query is a blank to most servers; who means a plus must escape it.
        components.percentEncodedQuery = components.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%20")
        query = (components.queryItems ?? []).map { ($0.name, $0.value ?? "") }
        for item in request.query {
            switch item.value {
            case .plain(let text): query.append((item.name, text))
            case .secret(let prefix, let secret): query.append((item.name, prefix + secret.revealed))
            }
        }
        if let body = request.body, let object = try? JSONValue(parsing: body) { query += Self.parameters(of: object) }
    }

    /// The members of a body as parameters; those within others by dotted names, such as `variables.after`. A null is as
    /// good as nothing.
    static func parameters(of body: JSONValue, at path: String = "") -> [(name: String, value: String)] {
        (body.object?.members ?? []).flatMap { member -> [(name: String, value: String)] in
            let name = path.isEmpty ? member.name : "\(path).\(member.name)"
            if member.value.isNull { return [] }
            if member.value.object != nil { return parameters(of: member.value, at: name) }
            return [(name, member.value.string ?? member.value.text)]
        }
    }

    /// What was asked in a recording.
    init(_ exchange: RecordedExchange) throws {
        let method = HTTPMethod(rawValue: exchange.exchange.request.method) ?? .get
        let body = exchange.requestBody.isEmpty ? nil : exchange.requestBody
        try self.init(HTTPRequest(method, exchange.url, body: body))
    }

    /// What is asked for, whatever the order of the parameters.
    var question: [String] { [path] + query.map { "\($0.name)=\($0.value)" }.sorted() }

    /// A parameter's value; those of one that comes several times, as for several columns to order by, joined by commas.
    func parameter(_ name: String) -> String? {
        query.reduce(nil) { value, item in
            item.name == name ? value.map { "\($0),\(item.value)" } ?? item.value : value
        }
    }

    /// All parameters by their names.
    var parameters: [String: String] { Dictionary(query.map { ($0.name, $0.value) }) { "\($0),\($1)" } }

    /// The same call with another value of a parameter.
    func url(setting name: String, to value: String) -> String {
        var components = URLComponents(string: origin + path) ?? URLComponents()
        let rest = query.filter { $0.name != name }
        components.queryItems = (rest + [(name, value)]).map { URLQueryItem(name: $0.name, value: $0.value) }
        return components.string ?? origin + path
    }

    func response(_ status: Int, _ body: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), url: origin + path,
            body: HTTPBody(body.serialized()))
    }
}

import Cassettes
import Columns
import Tributary

extension ModelDeclaration.Page {
    /// Where the headers of an answer lead: its own header, or Link (RFC 8288); nil when nowhere.
    func nextURL(in headers: HTTPHeaders) -> String? {
        header.map { headers[$0] } ?? headers["link"].flatMap { LinkHeader.target("next", in: $0) }
    }

    /// Lets the headers of an answer lead to the next page.
    func lead(_ headers: inout HTTPHeaders, to url: String) {
        headers.add(header ?? "Link", header == nil ? "<\(url)>; rel=\"next\"" : url)
    }
}

extension ModelDeclaration.Endpoint {
    /// Whether a recorded page says that another one follows; false as well where the API says nothing of it.
    func leadsOn(_ exchange: RecordedExchange) -> Bool {
        if page.alwaysLeadsOn { return false }
        if page.style == .link {
            return page.nextURL(in: HTTPHeaders(exchange.exchange.response.headers))?.isEmpty == false
        }
        guard let answer = answer(exchange) else { return false }
        return Self.moreFollows(template, answer) ?? Self.leadsOn(template, answer)
    }

    /// What an answer is made of, as one template: its header fields that tell of the list, and its body.
    var template: JSONValue { ["headers": .object(headers), "body": envelope] }

    /// A recorded answer in the form of ``template``; nil when its body is no JSON.
    func answer(_ exchange: RecordedExchange) -> JSONValue? {
        guard let body = try? JSONValue(parsing: exchange.body) else { return nil }
        return ["headers": told(HTTPHeaders(exchange.exchange.response.headers)), "body": body]
    }

    /// What the declared header fields tell: numbers and truth values as such.
    func told(_ fields: HTTPHeaders) -> JSONValue {
        .object(
            JSONObject(
                headers.names.compactMap { name in fields[name].map { (name, Self.value(ofHeader: $0)) } }))
    }

    /// The value that a header's text spells.
    static func value(ofHeader text: String) -> JSONValue {
        if let number = Int64(text), String(number) == text { return .number(JSONNumber(number)) }
        return Bool(text).map { .bool($0) } ?? .string(text)
    }

    /// Whether an answer says this part of its list.
    func says(_ part: Placeholder.Part) -> Bool { Self.says(part, template) }

    private static func says(_ part: Placeholder.Part, _ template: JSONValue) -> Bool {
        Placeholder(template)?.part == part || template.object?.members.contains { says(part, $0.value) } ?? false
    }

    /// What a page says by a member of its own; nil where it has none.
    static func moreFollows(_ envelope: JSONValue, _ body: JSONValue) -> Bool? {
        if Placeholder(envelope)?.part == .more { return body.bool }
        for member in envelope.object?.members ?? [] {
            if let says = moreFollows(member.value, body[member.name] ?? .null) { return says }
        }
        return nil
    }

    private static func leadsOn(_ envelope: JSONValue, _ body: JSONValue) -> Bool {
        if Placeholder(envelope)?.leads == true {
            return !body.isNull && body.string?.isEmpty != true && body.bool != false
        }
        return envelope.object?.members.contains { leadsOn($0.value, body[$0.name] ?? .null) } ?? false
    }
}

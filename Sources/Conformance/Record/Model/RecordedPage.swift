import Cassettes
import Columns
import Foundation
import Tributary

/// One recorded answer of a list, taken apart for those who infer how the list works.
struct RecordedPage {
    let id: String
    let state: String
    let url: String
    let path: String
    /// Decoded, those of one name joined by commas; those of a body by dotted names.
    let query: [String: String]
    let body: JSONValue
    /// Where the rows are: dotted; empty when the page is the list.
    var place: String
    /// Whether there is a list at all: an object without one may be a page without rows.
    let hasList: Bool
    let rows: [JSONObject]
    /// Where headers may lead: the target of the Link field's `next`, without a name, and URLs in headers of their own.
    let nextLinks: [(header: String?, url: String)]
    /// What header fields of the API's own may tell of the list, by their names.
    let headers: JSONObject
    let syncTypes: [SyncType]
    /// Parameters that are the size of a page by the source's own word.
    private let sizes: Set<String>

    /// Nil for what cannot be a page, or was refused.
    init?(_ exchange: RecordedExchange, state: String, keys: [String], sizes: Set<String> = []) {
        guard exchange.status == 200, !Self.isOfLines(exchange), let call = try? ModelCall(exchange),
            let body = try? JSONValue(parsing: exchange.body),
            body.object != nil || body.array != nil
        else { return nil }
        let found = Self.place(in: body, keys: keys)
        if found == nil, body.object == nil { return nil }
        let place = found ?? ""
        hasList = found != nil
        id = exchange.id
        self.state = state
        self.sizes = sizes
        url = exchange.url
        path = call.path
        query = call.parameters
        self.body = body
        self.place = place
        rows = (place.isEmpty ? body : body.path(place) ?? .null).array?.compactMap(\.object) ?? []
        nextLinks = exchange.exchange.response.headers.compactMap { header in
            if header.name.lowercased() == "link" {
                return LinkHeader.target("next", in: header.value).map { (nil, $0) }
            }
            return header.value.hasPrefix("http") ? (header.name, header.value) : nil
        }
        headers = JSONObject(
            exchange.exchange.response.headers.filter { Self.mayTell($0.name) && !$0.value.isEmpty }.map {
                ($0.name, ModelDeclaration.Endpoint.value(ofHeader: $0.value))
            })
        syncTypes = exchange.exchange.syncTypes
    }

    /// Whether the answer is a file of lines: one with a single line reads like a page.
    private static func isOfLines(_ exchange: RecordedExchange) -> Bool {
        let type = exchange.exchange.response.headers.first { $0.name.lowercased() == "content-type" }?.value
            .lowercased()
        return ["ndjson", "jsonl", "json-lines", "json-seq", "csv"].contains { type?.contains($0) ?? false }
    }

    /// Whether a header field may tell of a list: none of HTTP's own that has another meaning, and no quota.
    private static func mayTell(_ name: String) -> Bool {
        let others = [
            "content-", "date", "server", "age", "retry-after", "etag", "vary", "link", "cache-", "access-control",
            "set-cookie", "connection", "transfer-", "expires", "last-modified", "strict-", "alt-svc", "location",
        ]
        let words = name.lowercased().split(separator: "-")
        return !others.contains(where: name.lowercased().hasPrefix)
            && !words.contains {
                ["rate", "ratelimit", "limit", "quota", "request", "runtime", "time"].contains(String($0))
            }
    }

    /// The place of a header field among those of a body.
    static func place(ofHeader name: String) -> String { "header " + name }

    /// What stands at a place of the body, or in a header field.
    func value(at place: String) -> JSONValue? {
        if let name = Self.header(at: place) { return headers[name] }
        return body.path(place)
    }

    /// The header field of a place; nil for one of the body.
    static func header(at place: String) -> String? {
        place.hasPrefix("header ") ? String(place.dropFirst("header ".count)) : nil
    }

    /// The list whose objects have the keys; else the longest, else the first that is empty.
    static func place(in body: JSONValue, keys: [String]) -> String? {
        let lists = lists(in: body, at: "")
        let keyed = lists.first { list in
            list.rows.first.map { row in !keys.isEmpty && keys.contains { row.path($0) != nil } } ?? false
        }
        if let keyed { return keyed.path }
        if let longest = lists.filter({ !$0.rows.isEmpty }).max(by: { $0.rows.count < $1.rows.count }) {
            return longest.path
        }
        let usual: Set = ["data", "items", "results", "rows", "records", "values", "entries", "objects"]
        return
            (lists.first { list in list.path.split(separator: ".").last.map { usual.contains(String($0)) } ?? true }
            ?? lists.first)?.path
    }

    private static func lists(in value: JSONValue, at path: String) -> [(path: String, rows: [JSONValue])] {
        if let array = value.array { return array.allSatisfy { $0.object != nil } ? [(path, array)] : [] }
        guard path.count(where: { $0 == "." }) < 3 else { return [] }
        return (value.object?.members ?? []).flatMap { member in
            lists(in: member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }

    /// Which list of its path it is of: that, and the text of a GraphQL query, by which all are told apart there.
    var target: String { Self.target(path, query["query"]) }

    static func target(_ path: String, _ query: String?) -> String {
        guard let query, GraphQLText.isProgram(query) else { return path }
        return path + " " + query
    }

    /// Whether it has the value outside of its lists, such as a token that leads on.
    func names(_ value: String) -> Bool {
        PagingGuess.scalars(of: body).contains { ModelPage.text($0.value) == value }
    }

    /// The member that says that nothing follows; nil where none does.
    var endMarker: String? {
        PagingGuess.scalars(of: body).first { member in
            let name = MemberPath.last(member.path).lowercased()
            return member.value.bool == false && (name.contains("more") || name.contains("next"))
        }?.path
    }

    private func isSize(_ name: String) -> Bool { sizes.contains(name) || PageSizeParameter.isSize(name) }

    /// Parameters without those that ask for a size.
    var parameters: [String: String] { query.filter { !isSize($0.key) } }

    /// The parameter that asks for a size.
    var size: (name: String, value: Int)? {
        for (name, text) in query.sorted(by: { $0.key < $1.key }) where isSize(name) {
            if let value = Int(text) { return (name, value) }
        }
        return nil
    }
}

/// The pages of one list in the order in which they were read.
struct PageRun {
    var pages: [RecordedPage]

    var rows: [JSONObject] { pages.flatMap(\.rows) }

    /// Divides pages of one place into runs: a request that differs from the one before in one parameter alone, the
    /// position, or that an answer led to, goes on.
    static func runs(_ pages: [RecordedPage]) -> [PageRun] {
        var runs: [PageRun] = []
        for page in pages {
            if let last = runs.last?.pages.last, last.state == page.state, last.path == page.path,
                follows(page, last, first: runs.last?.pages.first)
            {
                runs[runs.count - 1].pages.append(page)
            } else {
                runs.append(PageRun(pages: [page]))
            }
        }
        return runs
    }

    private static func follows(_ page: RecordedPage, _ last: RecordedPage, first: RecordedPage?) -> Bool {
        if last.nextLinks.contains(where: { PagingGuess.same($0.url, page.url) }) { return true }
        if PagingGuess.url(in: last.body, equal: page.url) != nil { return true }
        // An increment may begin where a full read ended, by the very parameter that leads from page to page.
        if last.syncTypes != page.syncTypes, last.endMarker != nil { return false }
        let changed = PagingGuess.changed(last, page)
        guard changed.count == 1, let name = changed.first, let value = page.parameters[name] else { return false }
        // The first page again is another run, and so is the list of another parent.
        guard value != first?.parameters[name], ListIdentity.mayChange(name, value) || last.names(value) else {
            return false
        }
        return PagingGuess.isPosition(name, value, after: last)
    }
}

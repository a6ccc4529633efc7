import Cassettes
import Columns
import Tributary

/// What surrounds the rows of a page: parts that stay, and parts that tell of the list.
struct EnvelopeGuess {
    let runs: [PageRun]
    let paging: PagingGuess?
    let place: String
    /// What the source itself says of the list's pages.
    let declared: PageHint?
    /// Whether a part of the pages that lead on is looked at, which the others do not have.
    private var isWithinLead = false
    /// Members that change from page to page in a way that no placeholder says: the template leaves them out.
    private(set) var unknown: [String] = []

    init(_ runs: [PageRun], _ paging: PagingGuess?, place: String, declared: PageHint? = nil) {
        self.declared = declared
        self.runs = runs
        self.paging = paging
        self.place = place
    }

    private struct Seen {
        var value: JSONValue?
        /// The page that was asked for next.
        var next: RecordedPage?
        var leadsOn: Bool { next != nil }
        var number: Int
        var pages: Int
        var rows: Int
        var total: Int
    }

    /// The envelope with placeholders.
    mutating func template() -> JSONValue {
        let pages = runs.flatMap(\.pages)
        guard !place.isEmpty, let first = pages.first(where: { $0.body.path(place) != nil }) ?? pages.first else {
            return "$rows"
        }
        // A last page may lack the member that leads on.
        let next = paging?.nextPlace.flatMap { RecordedPage.header(at: $0) == nil ? $0 : nil }
        let leading = next.flatMap { place in
            pages.first { page in page.body.path(place).map { !$0.isNull } ?? false }
        }
        let template = template((leading ?? first).body, at: "") ?? "$rows"
        // A list of one page that is paged as the others are: where it would lead on, nothing is yet.
        guard let place = next, leading == nil, first.body.path(place) == nil, !place.contains("."),
            var object = template.object
        else { return template }
        object[place] = .string(paging?.style == .nextURL ? "$nextURL?" : "$next?")
        return .object(object)
    }

    /// Header fields that tell of the list, with placeholders; others are left out.
    func headers() -> JSONObject {
        let names = runs.flatMap(\.pages).flatMap(\.headers.names)
        var seen: Set<String> = []
        return JSONObject(
            names.filter { $0 != paging?.header && seen.insert($0).inserted }.compactMap { name in
                placeholder(at: RecordedPage.place(ofHeader: name)).map { (name, .string($0)) }
            })
    }

    /// What to say of members that the template leaves out; nil where it leaves out none.
    func note(of table: String) -> String? {
        if unknown.isEmpty { return nil }
        let members = unknown.count == 1 ? "the member \(unknown[0])" : "the members \(unknown.joined(separator: ", "))"
        return
            "model.json: \(table): of what changes from page to page, no placeholder says \(members), so the model's "
            + "answers come without. What the source reads of it, the envelope must say."
    }

    /// Whether a template tells the end of the list, by a number of its rows or pages, or by what leads on.
    func saysEnd(_ template: JSONValue, _ headers: JSONObject) -> Bool {
        let texts = [template.text, JSONValue.object(headers).text]
        return ["$total", "$pages", "$more", "$next"].contains { mark in texts.contains { $0.contains(mark) } }
    }

    /// A member that said that nothing follows on a page behind which the source asked on.
    var unheeded: String? { runs.lazy.flatMap { $0.pages.dropLast() }.compactMap(\.endMarker).first }

    private mutating func template(_ value: JSONValue, at path: String) -> JSONValue? {
        if path == place { return .string("$rows" + (isMissing(path) ? "?" : "")) }
        if path == paging?.nextPlace { return placeholder(at: path).map { .string($0) } }
        if let object = value.object {
            let end = isWithinLead ? nil : end(at: path)
            if end != nil { isWithinLead = true }
            defer { if end != nil { isWithinLead = false } }
            let members = object.members.compactMap { member in
                let place = path.isEmpty ? member.name : "\(path).\(member.name)"
                return template(member.value, at: place).map { (member.name, $0) }
            }
            return .object(JSONObject((end.map { [(LeadObject.mark, $0)] } ?? []) + members))
        }
        if let name = placeholder(at: path) { return .string(name) }
        let seen = seen(at: path)
        if seen.allSatisfy({ $0.value == value }) { return value }
        if !isEcho(path) { unknown.append(path) }
        return nil
    }

    /// What a page that leads nowhere has in place of an object that describes the next one: null, or `?` where it lacks the
    /// member; nil for any other object.
    private func end(at path: String) -> JSONValue? {
        let seen = seen(at: path)
        let ends = seen.filter { !$0.leadsOn }
        guard !ends.isEmpty, ends.allSatisfy({ $0.value?.isNull ?? true }), seen.contains(where: \.leadsOn),
            seen.allSatisfy({ !$0.leadsOn || $0.value?.object != nil })
        else { return nil }
        return ends.contains { $0.value == nil } ? LeadObject.missing : .null
    }

    /// What of the list a place tells; nil for what tells nothing of it.
    private func placeholder(at path: String) -> String? {
        if path == paging?.nextPlace {
            return (paging?.style == .nextURL ? "$nextURL" : "$next") + (isMissing(path) ? "?" : "")
        }
        let seen = seen(at: path)
        return role(of: path, seen) ?? lead(at: path, seen)
    }

    /// Whether the member says again where the request began, which no source needs to be told.
    private func isEcho(_ path: String) -> Bool {
        guard let parameter = paging?.parameter, MemberPath.last(parameter) == MemberPath.last(path) else {
            return false
        }
        return runs.allSatisfy { run in
            run.pages.allSatisfy { page in
                let said = page.body.path(path).map(ModelPage.text)
                return said == page.parameters[parameter] || page.parameters[parameter] == nil && said == "0"
            }
        }
    }

    /// Whether some page lacks the member.
    private func isMissing(_ path: String) -> Bool {
        !isWithinLead && runs.contains { run in run.pages.contains { $0.value(at: path) == nil } }
    }

    private func seen(at path: String) -> [Seen] {
        let all = runs.flatMap { run in
            run.pages.enumerated().map { index, page in
                Seen(
                    value: page.value(at: path), next: index + 1 < run.pages.count ? run.pages[index + 1] : nil,
                    number: index, pages: run.pages.count,
                    rows: page.rows.count, total: run.rows.count)
            }
        }
        return isWithinLead ? all.filter(\.leadsOn) : all
    }

    /// What leads on beside what the recorder has seen leading on: an API may say the next page in a header, by a URL and by
    /// a token, and which of them the source follows is not known.
    private func lead(at path: String, _ seen: [Seen]) -> String? {
        let leads = seen.compactMap { page in page.next.map { (page.value, $0) } }
        let isEnd = { (value: JSONValue?) in value.map { $0.isNull || $0.string == "" } ?? true }
        guard let paging, [.cursor, .nextURL, .link, .offset, .page].contains(paging.style), !leads.isEmpty,
            seen.allSatisfy({ $0.leadsOn || isEnd($0.value) })
        else { return nil }
        let end = isMissing(path) ? "?" : ""
        let areURLs = leads.allSatisfy { value, next in
            value?.string.map { $0.hasPrefix("http") && PagingGuess.same($0, next.url) } ?? false
        }
        if areURLs { return "$nextURL" + end }
        let areTokens = leads.allSatisfy { value, next in
            !isEnd(value) && value.map(ModelPage.text) == next.parameters[paging.parameter]
        }
        return areTokens ? "$next" + end : nil
    }

    private func role(of path: String, _ seen: [Seen]) -> String? {
        let name = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        func all(_ test: (Seen) -> Bool) -> Bool { seen.allSatisfy(test) }
        func isNumber(_ number: @escaping (Seen) -> Int) -> Bool {
            all { $0.value?.int64 == Int64(number($0)) }
        }
        if all({ $0.value?.bool == $0.leadsOn }), name.contains("more") || name.contains("next") { return "$more" }
        let isCount = ["total", "count"].contains { name.contains($0) } && !name.contains("page")
        // Under whatever name: what is the number of all rows on every page, and of the rows of none.
        let isTotalByValue = seen.count > 1 && all { $0.rows < $0.total && $0.total > 9 }
        let isTotal = isCount || isTotalByValue || path == declared?.total?.path
        if isTotal, isNumber({ $0.total }) { return "$total" }
        if isCount || name == "size", isNumber({ $0.rows }) { return "$count" }
        let first = paging?.firstPage ?? 1
        if name.contains("page"), isNumber({ $0.number + first }), !name.contains("total") { return "$page" }
        let isPages =
            path == declared?.totalPages?.path || name == "pages"
            || name.contains("page") && ["total", "last", "count"].contains { name.contains($0) }
        if isPages, isNumber({ $0.pages }) { return "$pages" }
        return nil
    }
}

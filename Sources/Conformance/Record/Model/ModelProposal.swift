import Cassettes
import Columns
import Foundation
import Tributary

/// Proposes `model.json` from what was recorded, and keeps of it only what gives the recorded answers.
struct ModelProposal {
    let scenario: Scenario
    let tables: [RecordedTable]
    /// Reads a table over a model, and says what is wrong where that has no end.
    var endless: @Sendable (ModelDeclaration, RecordedTable) async throws -> String? = { _, _ in nil }

    /// A proposal that holds.
    struct Result {
        /// Nil when nothing could be inferred.
        var json: JSONValue?
        var declaration: ModelDeclaration
        /// What could not be inferred, and what to write.
        var notes: [String]
    }

    /// One list of a table.
    struct List {
        let table: RecordedTable
        let path: PathGuess
        let pages: [RecordedPage]

        /// What the source says of the list's pages; nil where it says nothing.
        var declared: PageHint? { pages.lazy.compactMap { table.pages[$0.target] }.first }

        /// Members that identify a row within its parent.
        var key: [String] {
            let row = pages.lazy.compactMap(\.rows.first).first
            let paths = table.primaryKeys.map(table.lifting.path(of:))
            guard let row else { return paths }
            return paths.filter { row[path: $0] != nil }
        }
    }

    /// The lists of all tables, by what was recorded of every state.
    func lists() throws -> [List] {
        let pages = try recordedPages()
        let byTarget = Dictionary(grouping: pages.map(\.page), by: \.target).mapValues { $0.flatMap(\.rows) }
        return tables.flatMap { table -> [List] in
            let own = pages.filter { $0.schemas.contains(table.schema.name) }.map(\.page)
            return Self.lists(of: table, own, byTarget)
        }
    }

    /// Every answer that is a page of a table. One without a list is one where others of its kind have it.
    private func recordedPages() throws -> [(schemas: [String], page: RecordedPage)] {
        let keys = tables.map { table in table.primaryKeys.map(table.lifting.path(of:)) }
        var pages: [(schemas: [String], page: RecordedPage)] = []
        for state in scenario.manifest.states where state.http != nil {
            for exchange in try scenario.exchanges(state: state.name) where !exchange.exchange.schemas.isEmpty {
                let names = exchange.exchange.schemas
                let index = tables.firstIndex { names.contains($0.schema.name) }
                let (key, sizes) = index.map { (keys[$0], tables[$0].sizeParameters) } ?? ([], [])
                guard let page = RecordedPage(exchange, state: state.name, keys: key, sizes: sizes) else { continue }
                pages.append((names, page))
            }
        }
        let places = Dictionary(pages.map(\.page).filter(\.hasList).map { ($0.target, $0.place) }) { one, _ in one }
        return pages.compactMap { names, page in
            if page.hasList { return (names, page) }
            guard let place = places[page.target] else { return nil }
            var page = page
            page.place = place
            return (names, page)
        }
    }

    private static func lists(
        of table: RecordedTable, _ pages: [RecordedPage], _ byTarget: [String: [JSONObject]]
    ) -> [List] {
        let targets = Dictionary(grouping: pages, by: \.target).sorted { $0.key < $1.key }
        guard targets.count > 1 else {
            return targets.map { List(table: table, path: PathGuess($0.value[0].path), pages: pages) }
        }
        let others = byTarget.filter { target in targets.contains { $0.key == target.key } }
        let guesses = targets.map { target, own in
            (target, PathGuess(own[0].path, among: others) ?? PathGuess(own, among: others))
        }
        let children = guesses.compactMap { target, guess in guess.map { (target, $0) } }
        if children.isEmpty {
            return targets.map { List(table: table, path: PathGuess($0.value[0].path), pages: $0.value) }
        }
        func list(_ target: String, _ guess: PathGuess) -> String { guess.when == nil ? guess.template : target }
        return Dictionary(grouping: children, by: list).sorted { $0.key < $1.key }.map { _, group in
            let own = Set(group.map(\.0))
            return List(table: table, path: group[0].1, pages: pages.filter { own.contains($0.target) })
        }
    }

    // MARK: Drafting

    /// A collection and its endpoint, as `model.json` has them.
    struct Draft {
        var name: String
        var collection: JSONObject
        var endpoint: JSONObject
        var notes: [String]
        /// What may be why the proposal does not hold.
        var hint: String?

        /// Binds the list to a value of a parameter: other requests have its path too, or it names the parent.
        mutating func answer(when condition: (name: String, value: JSONValue)) {
            var all = endpoint["when"]?.object ?? JSONObject()
            all[condition.name] = condition.value
            let when = JSONValue.object(all)
            endpoint["when"] = when
            let places = collection["from"]?.array ?? []
            collection["from"] = .array(
                places.map { place in
                    var object = place.object ?? JSONObject()
                    object["when"] = when
                    return .object(object)
                })
        }
    }

    func drafts() throws -> (drafts: [Draft], notes: [String]) {
        var drafts: [Draft] = []
        var notes: [String] = []
        let lists = try lists()
        let pagings = lists.compactMap { list in
            PagingGuess(PageRun.runs(list.pages), key: list.key, declared: list.declared)
        }
        let calls = try RecordedCalls(scenario)
        for list in lists {
            if let reason = whyLeftOut(list, lists) {
                notes.append("model.json: \(list.table.schema.name) is left out, since \(reason)")
                continue
            }
            notes += [
                RepeatedKeys(list: list).note, CollidingNames(list: list).note,
                RecordedChanges(list).note(ofCursor: cursor(of: list)),
            ].compactMap(\.self)
            var draft = draft(list, lists, usual: pagings.first)
            if let condition = calls.condition(of: list) {
                draft.answer(when: (condition.name, .string(condition.value)))
            }
            if let condition = list.path.when { draft.answer(when: condition) }
            drafts.append(draft)
        }
        for table in tables where !lists.contains(where: { $0.table.schema.name == table.schema.name }) {
            notes.append(
                "model.json: \(table.schema.name) is left out, since none of its answers is a list of JSON objects.")
        }
        return (drafts, notes)
    }

    /// Why no model answers for a list, and what can be done; nil where one does.
    private func whyLeftOut(_ list: List, _ lists: [List]) -> String? {
        let name = list.table.schema.name
        if list.key.isEmpty {
            return
                "its rows show no key of their own. Write collections.\(name) with the members that tell its rows apart: "
                + "{\"key\": [\"id\"], \"from\": [{\"path\": \"\(list.path.template)\"}]}."
        }
        if owner(of: list, lists) != nil { return nil }
        if list.path.when != nil {
            return
                "the objects that its requests name are of no table that was recorded. Record it together with the table of "
                + "its parents, or write a collection of the parents by hand."
        }
        // What the parent gives to a child's key is in no row; of any other list the rows are those of another table.
        let lacking = list.table.primaryKeys.filter { !list.key.contains(list.table.lifting.path(of: $0)) }
        if lacking.isEmpty { return nil }
        return "the list at \(list.path.template) has no \(lacking.joined(separator: ", ")), which "
            + "\(lacking.count == 1 ? "is" : "are") part of its key: its rows are made of something else. What no model answers "
            + "is judged by the recording alone."
    }

    private func draft(_ list: List, _ lists: [List], usual: PagingGuess?) -> Draft {
        let name = list.table.schema.name
        let runs = PageRun.runs(list.pages)
        let place = list.pages.first { !$0.rows.isEmpty }?.place ?? list.pages.first?.place ?? ""
        let cursor = cursor(of: list)
        var notes: [String] = []
        let declared = list.declared
        let seen =
            PagingGuess(runs, key: list.key, declared: declared) ?? declared.flatMap { PagingGuess(declared: $0) }
        let own = seen ?? PagingGuess(named: list.pages)
        // What leads on by a member cannot where the answer is the list itself.
        let fits =
            usual.map { $0.nextPlace.map { RecordedPage.header(at: $0) != nil } ?? true || !place.isEmpty } ?? false
        let isSingle = declared?.style == .single
        let paging = own ?? (!isSingle && fits && list.pages.contains { $0.size != nil } ? usual : nil)
        if own == nil, !isSingle {
            let what = paging == nil ? "it is taken for a list without pages" : "it is taken to page as the others do"
            let example = usual ?? PagingGuess.example
            notes.append(
                "model.json: of \(name) one page was recorded, so \(what). If that is wrong, record it with more rows or "
                    + "a smaller --page-size, or write endpoints[].page: {\"style\": \"\(example.style.rawValue)\", "
                    + "\"parameter\": \"\(example.parameter)\", \"size\": \"\(list.pages.lazy.compactMap(\.size).first?.name ?? "limit")\"}; {\"style\": \"single\"} for a list "
                    + "that has no pages."
            )
        }
        var envelope = EnvelopeGuess(runs, paging, place: place, declared: declared)
        let template = envelope.template()
        if let note = envelope.note(of: name) { notes.append(note) }
        var endpoint = JSONObject([("path", .string(list.path.template)), ("collection", .string(name))])
        let order = OrderGuess(cursor: cursor, key: list.key, comesByCursor: list.table.sortMode != nil)
        addOrders(to: &endpoint, runs, order)
        let positions = Set([paging?.parameter, list.path.when?.name].compactMap { $0 }).union(
            OrderGuess.parameters(runs))
        let bounds = declared?.bounds.filter { list.table.lifting.path(of: $0.field) == cursor } ?? []
        let guess = FilterGuess(cursor: cursor, rows: list.pages.flatMap(\.rows), declared: bounds)
        let filters = guess.filters(runs, but: positions)
        endpoint["filters"] = .array(filters)
        notes += guess.strictNotes(runs, filters, of: name)
        if filters.isEmpty, list.table.mode != .fullRefresh {
            notes.append(
                "model.json: no request for \(name) has a bound on \(cursor ?? "its cursor"), so the model filters by none. "
                    + "If the API takes one, write endpoints[].filters: [{\"parameter\": \"since\", \"field\": \"\(cursor ?? "updated_at")\", \"comparison\": \">=\"}]."
            )
        }
        let headers = envelope.headers()
        endpoint["page"] = .object(page(paging, runs, saysEnd: envelope.saysEnd(template, headers)))
        endpoint["envelope"] = template
        if headers.count > 0 { endpoint["headers"] = .object(headers) }
        let hint =
            guess.unheeded(runs, filters, of: name)
            ?? envelope.unheeded.map { member in
                "The answers of \(name) say by \(member) that nothing follows, and the source asked on all the same: end there, "
                    + "as with hasMore: \"\(member)\" of a paginator, and record it anew."
            }
        return Draft(
            name: name, collection: collection(list, lists, place: place, cursor: cursor), endpoint: endpoint,
            notes: notes + [hint].compactMap { $0 }, hint: hint)
    }

    /// The cursor of a table, or of a full refresh a time that rows show.
    private func cursor(of list: List) -> String? {
        guard let field = list.table.field.map({ list.table.lifting.path(of: $0.name) }) else { return nil }
        let rows = list.pages.flatMap(\.rows)
        return rows.isEmpty || rows.contains { JSONValue.object($0).path(field) != nil } ? field : nil
    }

    private func addOrders(to endpoint: inout JSONObject, _ runs: [PageRun], _ guess: OrderGuess) {
        func json(_ order: [String]) -> JSONValue { .array(order.map { .string($0) }) }
        let names = OrderGuess.parameters(runs)
        let groups = Dictionary(grouping: runs) { run in
            names.map { run.pages.first?.parameters[$0] ?? "" }.joined(separator: "+")
        }
        let orders = groups.compactMap { text, runs in guess.order(of: runs, named: text).map { (text, $0) } }
            .sorted { $0.0 < $1.0 }
        endpoint["order"] = json(orders.first { $0.0.allSatisfy { $0 == "+" } }?.1 ?? [])
        let asked = orders.filter { !$0.0.allSatisfy { $0 == "+" } }
        guard !asked.isEmpty else { return }
        let options = JSONValue.object(JSONObject(asked.map { ($0.0, json($0.1)) }))
        endpoint["orderParameters"] = .object(JSONObject([(names.joined(separator: "+"), options)]))
    }

    /// - Parameter saysEnd: whether the answers tell the end of the list, as by a total.
    private func page(_ paging: PagingGuess?, _ runs: [PageRun], saysEnd: Bool) -> JSONObject {
        guard let paging else { return JSONObject([("style", "single")]) }
        var page = JSONObject([("style", .string(paging.style.rawValue)), ("parameter", .string(paging.parameter))])
        if let header = paging.header { page["header"] = .string(header) }
        let size = runs.lazy.flatMap(\.pages).compactMap(\.size).first
        if let size { page["size"] = .string(size.name) }
        let leading = runs.flatMap { $0.pages.dropLast().map(\.rows.count) }.max()
        let maximum = leading ?? size?.value ?? 100
        page["defaultSize"] = .number(JSONNumber(Int64(maximum)))
        page["maximum"] = .number(JSONNumber(Int64(maximum)))
        if paging.style == .page || paging.style == .link, paging.firstPage != 1 {
            page["firstPage"] = .number(JSONNumber(Int64(paging.firstPage)))
        }
        let ends = runs.filter { $0.pages.count > 1 }.compactMap(\.pages.last)
        if !ends.isEmpty, ends.allSatisfy({ $0.rows.isEmpty }) { page["endsWithEmptyPage"] = true }
        // Behind a page that is shorter than was asked for the source went on: it heeds what the answers say.
        let leads = runs.flatMap { $0.pages.dropLast() }
        let goesOn = leads.contains { page in page.size.map { page.rows.count < $0.value } ?? true }
        let isSilent =
            paging.nextPlace == nil && [.offset, .page].contains(paging.style) && !(saysEnd && goesOn)
        if isSilent, !ends.isEmpty, ends.allSatisfy({ !$0.rows.isEmpty && $0.rows.count < maximum }) {
            page["endsWithShortPage"] = true
        }
        return page
    }
}

import ArgumentParser
import Foundation

/// A plan with gaps, and the person who can fill them.
struct PlanDraft {
    var label: String?
    var kind: SourcePlan.Kind?
    var method: SourcePlan.Method?
    var auth: SourcePlan.Auth?
    var pagination: SourcePlan.Pagination?
    var baseURL: BaseURL?
    var docs: String?
    var tables: [TablePlan]
    var pageNames: PageNames?
    var apiKeyPlace: APIKeyPlace?

    /// Asks for what is missing; an empty answer takes the default in brackets.
    mutating func ask() {
        kind = kind ?? Self.choice("What does it read", default: .rest)
        if kind == .sql { return }
        baseURL = baseURL ?? Self.value("Where does the API answer", default: Self.defaultURL, BaseURL.init)
        auth = auth ?? Self.choice("How does it show who it is", default: .bearer)
        if kind == .rest || kind == .file {
            pagination = pagination ?? Self.choice("How are lists cut into pages", default: .cursor)
        }
        if tables.isEmpty {
            tables = Self.value("Tables, as \(TablePlan.form) with blanks between", default: "items:id") { text in
                try text.split(separator: " ").map { try TablePlan(String($0)) }
            }
        }
    }

    /// The plan, gaps filled with defaults.
    ///
    /// - Throws: `ValidationError` for what does not go together.
    func plan(_ type: SourceTypeName) throws -> SourcePlan {
        let kind = kind ?? .rest
        let baseURL = try baseURL ?? BaseURL(Self.defaultURL)
        var tables = tables.isEmpty ? [TablePlan(name: "items", keys: ["id"])] : tables
        if kind == .file, tables.count > 1 {
            throw ValidationError("Reading --table: a file source starts with one table; add others by hand.")
        }
        if kind == .graphql { try Self.takeOnePath(of: &tables) }
        if let method, method == .post, kind != .rest {
            throw ValidationError("Reading --method post: only a source of kind rest is asked so; graphql always is.")
        }
        let names = tables.map(\.name)
        guard Set(names).count == names.count else {
            throw ValidationError("Reading --table: two tables have one name: \(names.joined(separator: ", ")).")
        }
        try Self.orderByParents(&tables, kind, method ?? .get)
        if let long = [label ?? type.given, docs ?? ""].first(where: { $0.count > 90 }) {
            throw ValidationError("Reading '\(long)': a label or link of at most 90 characters is needed.")
        }
        for text in [label, docs].compactMap({ $0 }) where text.contains("\"") || text.contains("\\") {
            throw ValidationError("Reading '\(text)': quotation marks and backslashes cannot be in a label or link.")
        }
        let pagination = pagination ?? .cursor
        var plan = SourcePlan(
            type: type, label: label ?? type.label,
            docs: docs ?? "https://\(URL(string: baseURL.example)?.host ?? "example.com")/docs", kind: kind,
            method: method ?? .get, auth: auth ?? .bearer, pagination: pagination, baseURL: baseURL, tables: tables,
            pageNames: pageNames ?? PageNames(pagination))
        if let apiKeyPlace { plan.apiKeyPlace = apiKeyPlace }
        let fields = FormNames(plan).fields
        if let twice = fields.first(where: { name in fields.count { $0 == name } > 1 }) {
            throw ValidationError(
                "Reading --base-url '\(baseURL.text)': the form has a field '\(twice)' already; take another name.")
        }
        return plan
    }

    /// Puts tables before those that are asked for by their rows: the first one proves the credentials.
    private static func orderByParents(
        _ tables: inout [TablePlan], _ kind: SourcePlan.Kind, _ method: SourcePlan.Method
    ) throws {
        for table in tables {
            guard let parent = table.parent else { continue }
            let place = "Reading --table \(table.name): '\(parent.place)'"
            guard kind == .rest, method == .get else {
                throw ValidationError("\(place) can stand in the path of a list that is asked for by GET alone.")
            }
            guard let owner = tables.first(where: { $0.name == parent.table }), owner.name != table.name else {
                throw ValidationError("\(place) is to name a table: give \(parent.table) by --table, too.")
            }
            guard owner.parent == nil else {
                throw ValidationError(
                    "\(place) names a table that has a parent itself: write that by hand, see \"Fan-out\" (FanOut.md).")
            }
        }
        tables = tables.filter { $0.parent == nil } + tables.filter { $0.parent != nil }
    }

    /// GraphQL answers at one path, whatever is asked; its bounds are arguments of the query.
    private static func takeOnePath(of tables: inout [TablePlan]) throws {
        let given = Set(tables.filter(\.hasPathOfItsOwn).map(\.path))
        guard given.count < 2 else {
            throw ValidationError(
                "Reading --table: GraphQL answers at one path, not at \(given.sorted().joined(separator: " and ")).")
        }
        if let odd = tables.first(where: { !$0.hasUsualBound }) {
            throw ValidationError(
                "Reading --table \(odd.name): how GraphQL takes a bound is a part of the query. Leave the parameter and the "
                    + "spelling out, and write them into the query that is made.")
        }
        for index in tables.indices { tables[index].path = given.first ?? "/graphql" }
    }

    private static let defaultURL = "https://api.example.com/v1"

    private static func line(_ question: String, default fallback: String) -> String {
        FileHandle.standardError.write(Data("\(question)? [\(fallback)] ".utf8))
        let answer = readLine()?.trimmingCharacters(in: .whitespaces) ?? ""
        return answer.isEmpty ? fallback : answer
    }

    /// Asks until the answer can be read.
    private static func value<Value>(
        _ question: String, default fallback: String, _ read: (String) throws -> Value
    ) -> Value {
        while true {
            let answer = line(question, default: fallback)
            do { return try read(answer) } catch {
                FileHandle.standardError.write(Data("Reading '\(answer)': \(error)\n".utf8))
            }
        }
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ question: String, default fallback: Choice
    ) -> Choice {
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        while true {
            let answer = line("\(question): \(known)", default: fallback.rawValue)
            if let choice = Choice(rawValue: answer) { return choice }
            FileHandle.standardError.write(Data("'\(answer)' is none of them.\n".utf8))
        }
    }
}

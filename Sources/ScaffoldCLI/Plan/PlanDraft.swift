import ArgumentParser
import Foundation

/// A plan with gaps, and the person who can fill them.
struct PlanDraft {
    var label: String?
    var kind: SourcePlan.Kind?
    var auth: SourcePlan.Auth?
    var pagination: SourcePlan.Pagination?
    var baseURL: String?
    var docs: String?
    var tables: [TablePlan]
    var pageNames: PageNames?
    var apiKeyPlace: String?

    /// Asks for what is missing; an empty answer takes the default in brackets.
    mutating func ask(_ name: String) throws {
        kind = kind ?? Self.choice("What does it read", default: .rest)
        if kind == .sql { return }
        baseURL = baseURL ?? Self.line("Where does the API answer", default: Self.defaultURL)
        auth = auth ?? Self.choice("How does it show who it is", default: .bearer)
        if kind == .rest || kind == .file {
            pagination = pagination ?? Self.choice("How are lists cut into pages", default: .cursor)
        }
        while tables.isEmpty {
            do {
                tables = try Self.line("Tables, as name:key[:cursor-field] with blanks between", default: "items:id")
                    .split(separator: " ").map { try TablePlan(String($0)) }
            } catch let error as ValidationError {
                FileHandle.standardError.write(Data("\(error.message)\n".utf8))
            }
        }
    }

    /// The plan, gaps filled with defaults.
    ///
    /// - Throws: `ValidationError` for an address or a table that cannot be.
    func plan(_ type: SourceTypeName, name: String) throws -> SourcePlan {
        let kind = kind ?? .rest
        let address = baseURL ?? Self.defaultURL
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host != nil,
            url.query == nil, !address.contains("\""), !address.contains("\\")
        else {
            throw ValidationError(
                "Reading --base-url '\(address)': an address such as https://api.acme.example/v1 is needed.")
        }
        var tables = tables.isEmpty ? [TablePlan(name: "items", key: "id")] : tables
        if kind == .file, tables.count > 1 {
            throw ValidationError("Reading --table: a file source starts with one table; add others by hand.")
        }
        if kind == .graphql { for index in tables.indices { tables[index].path = "/graphql" } }
        let names = tables.map(\.name)
        guard Set(names).count == names.count else {
            throw ValidationError("Reading --table: two tables have one name: \(names.joined(separator: ", ")).")
        }
        if let long = [label ?? name, docs ?? ""].first(where: { $0.count > 90 }) {
            throw ValidationError("Reading '\(long)': a label or link of at most 90 characters is needed.")
        }
        for text in [label, docs].compactMap({ $0 }) where text.contains("\"") || text.contains("\\") {
            throw ValidationError("Reading '\(text)': quotation marks and backslashes cannot be in a label or link.")
        }
        let pagination = pagination ?? .cursor
        var plan = SourcePlan(
            type: type, label: label ?? name, docs: docs ?? "https://\(url.host ?? "example.com")/docs", kind: kind,
            auth: auth ?? .bearer, pagination: pagination,
            baseURL: address.hasSuffix("/") ? String(address.dropLast()) : address, tables: tables,
            pageNames: pageNames ?? PageNames(pagination))
        if let apiKeyPlace { plan.apiKeyPlace = apiKeyPlace }
        return plan
    }

    private static let defaultURL = "https://api.example.com/v1"

    private static func line(_ question: String, default fallback: String) -> String {
        FileHandle.standardError.write(Data("\(question)? [\(fallback)] ".utf8))
        let answer = readLine()?.trimmingCharacters(in: .whitespaces) ?? ""
        return answer.isEmpty ? fallback : answer
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

import ArgumentParser
import Foundation

/// What an OpenAPI document lets one guess of a source. Guesses are proposals: the author reads them.
struct OpenAPIProposal {
    let label: String?
    let docs: String?
    let baseURL: BaseURL?
    let auth: SourcePlan.Auth?
    /// Where an API key goes, as Swift has it: `header: "X-API-Key"`.
    let apiKeyPlace: APIKeyPlace?
    let pagination: SourcePlan.Pagination?
    let pageNames: PageNames?
    let tables: [TablePlan]
    /// What was left out or doubtful, for the author.
    let notes: [String]

    /// Reads tables, keys, paging, types and authorization.
    ///
    /// - Parameter needsTables: whether no table was given beside the document.
    /// - Throws: `ValidationError` when no list can be found.
    init(_ document: OpenAPIDocument, needsTables: Bool = true) throws {
        let root = document.root
        label = root["info"]["title"].string.map(Self.literal)
        docs = root["externalDocs"]["url"].string.flatMap { $0.hasPrefix("https://") ? $0 : nil }
        let server = Self.server(root["servers"].array.first ?? OpenAPIDocument.Node(value: nil))
        baseURL = server.hasPrefix("http") ? try? BaseURL(server) : nil
        (auth, apiKeyPlace) = Self.authorization(document)
        var notes: [String] = []
        if baseURL == nil, !server.isEmpty {
            notes.append("the server '\(server)' is no address of its own: give --base-url")
        }
        let found = root["paths"].names.map { OpenAPIList.make(document, path: $0) }
        let lists = found.compactMap { try? $0.get() }
        for case .failure(let reason) in found where reason.isWorthSaying { notes.append(reason.text) }
        guard !lists.isEmpty || !needsTables else {
            let elsewhere =
                document.refersElsewhere ? " It describes answers in other documents, which are not read." : ""
            throw ValidationError(
                "Reading --from-openapi '\(document.file)': no GET without path parameters answers with a list of "
                    + "objects that have a key.\(elsewhere) Give --table name:key beside it.")
        }
        // One way of paging for the whole source: the most frequent; the others are said.
        let kinds = Dictionary(grouping: lists, by: \.pagination).sorted {
            ($0.value.count, $1.key.rawValue) > ($1.value.count, $0.key.rawValue)
        }
        pagination = kinds.first?.key
        pageNames = kinds.first?.value.first?.pageNames
        for other in kinds.dropFirst() {
            let names = other.value.map(\.table.name).joined(separator: ", ")
            notes.append("\(names): pages look like '\(other.key.rawValue)'; give the endpoint its own paginator")
        }
        tables = Self.distinct(lists.map(\.table))
        notes += lists.compactMap(\.note)
        self.notes = notes
    }

    private static func literal(_ text: String) -> String {
        text.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
    }

    private static func distinct(_ tables: [TablePlan]) -> [TablePlan] {
        var seen: Set<String> = []
        return tables.filter { seen.insert($0.name).inserted }
    }

    /// The first server, its variables replaced by their defaults.
    private static func server(_ node: OpenAPIDocument.Node) -> String {
        let variables = node["variables"]
        return variables.names.reduce(node["url"].string ?? "") { text, name in
            text.replacingOccurrences(of: "{\(name)}", with: variables[name]["default"].string ?? name)
        }
    }

    private static func authorization(_ document: OpenAPIDocument) -> (SourcePlan.Auth?, APIKeyPlace?) {
        let schemes = document.root["components"]["securitySchemes"]
        let wanted = document.root["security"].array.first?.names.first ?? schemes.names.first
        guard let wanted else { return (nil, nil) }
        let scheme = document.resolved(schemes[wanted])
        switch (scheme["type"].string, scheme["scheme"].string?.lowercased()) {
        case ("http", "basic"): return (.basic, nil)
        case ("http", _): return (.bearer, nil)
        case ("apiKey", _):
            let place = scheme["in"].string ?? "header"
            let name = scheme["name"].string ?? "X-API-Key"
            return (.apiKey, TablePlan.isWord(name) ? APIKeyPlace(isHeader: place == "header", name: name) : nil)
        case ("oauth2", _), ("openIdConnect", _): return (.oauth, nil)
        default: return (nil, nil)
        }
    }
}

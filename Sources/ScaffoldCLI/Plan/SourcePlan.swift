import ArgumentParser
import Foundation

/// What a new source is to be: everything that the templates and the first scenario are made of.
struct SourcePlan: Equatable {
    /// How lists are asked for.
    enum Method: String, CaseIterable, ExpressibleByArgument {
        /// By GET, with parameters in the query.
        case get
        /// By POST, with parameters in a JSON body: a search.
        case post
    }

    /// What kind of upstream it reads.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case rest, graphql, sql, file
    }

    /// How it shows who it is.
    enum Auth: String, CaseIterable, ExpressibleByArgument {
        case apiKey = "api-key"
        case bearer, basic, oauth, none
    }

    /// How the upstream cuts its lists into pages.
    enum Pagination: String, CaseIterable, ExpressibleByArgument {
        case cursor
        case nextURL = "next-url"
        case link, header, offset, page, none
    }

    var type: SourceTypeName
    var label: String
    var docs: String
    var kind: Kind
    var method = Method.get
    var auth: Auth
    var pagination: Pagination
    var baseURL: BaseURL
    var tables: [TablePlan]
    /// What the API calls the parts of its paging.
    var pageNames: PageNames
    var apiKeyPlace = APIKeyPlace()
    /// What every request says beside the rest, such as a version.
    var constants: [Constant] = []
    /// Header fields that every request has.
    var headers: [Constant] = []

    /// A parameter or a header field of every request, and its value.
    struct Constant: Equatable {
        var name: String
        var value: String

        /// Reads `name=value`; nil where either lacks.
        init?(_ text: String) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, text.first != "=" else { return nil }
            (name, value) = (parts[0], parts[1])
        }
    }

    /// The parameters of every request, as a URL has them.
    var constantQuery: String {
        constants.map { constant in
            let value = constant.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? constant.value
            return "\(constant.name)=\(value)"
        }.joined(separator: "&")
    }

    /// The type in lower case: the folder of fixtures, the icon, the name on the command line.
    var id: String { type.text.lowercased() }

    /// A parameter of lists, as Swift has it.
    func parameter(_ name: String) -> String { method == .post ? ".body(\"\(name)\")" : "\"\(name)\"" }
}

/// Where an API key goes.
struct APIKeyPlace: Equatable, ExpressibleByArgument {
    var isHeader = true
    var name = "X-API-Key"

    init() {}

    /// A header or a parameter of this name.
    init(isHeader: Bool, name: String) { (self.isHeader, self.name) = (isHeader, name) }

    /// Reads `header:NAME` or `query:NAME`.
    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["header", "query"].contains(parts[0]), TablePlan.isWord(parts[1]) else { return nil }
        self.init(isHeader: parts[0] == "header", name: parts[1])
    }

    /// The argument, as Swift has it.
    var code: String { "\(isHeader ? "header" : "query"): \"\(name)\"" }
}

/// The type of a new source: letters and digits, beginning with a capital, as Swift and the registry want it.
struct SourceTypeName: Equatable {
    let text: String
    /// As a person typed it.
    let given: String
    /// As users see it unless somebody says otherwise: each word of what was typed begins with a capital.
    var label: String {
        given.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    /// Makes a type of what a person typed: `acme crm` becomes `AcmeCrm`.
    init(_ name: String) throws {
        given = name
        let words = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        text = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        guard let first = text.first, first.isLetter, text.count <= 40 else {
            throw ValidationError("a name of at most 40 letters and digits, a letter first, is needed.")
        }
    }
}

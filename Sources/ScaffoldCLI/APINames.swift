import ArgumentParser

/// What an API calls the parts of its lists, where it is not what most APIs do.
struct APINames: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where an answer has its rows, such as data or result.items; '' where the answer is the list.",
            discussion: "{table} stands for the table's name, where each list has its own: --rows '{table}'.",
            valueName: "place"),
        transform: { text in
            _ = try checked(text.replacing(tableMark, with: "table"), orNothing: true)
            return text
        })
    var rows: String?

    @Option(
        help: ArgumentHelp(
            "What leads on: the member with the cursor, the next page's URL or the total, or the header.",
            discussion: """
                A cursor or a number that an answer has in a header is header:X-Total-Count. '' is for offsets and pages \
                of an API that says nothing: a page that is shorter than was asked for is the end.
                """, valueName: "place"),
        transform: { text in
            guard text.hasPrefix(PageNames.headerMark) else { return try checked(text, orNothing: true) }
            return try PageNames.headerMark + checked(String(text.dropFirst(PageNames.headerMark.count)))
        })
    var next: String?

    @Option(
        help: ArgumentHelp(
            "The parameter that takes the cursor, the number of the page, or the offset.", valueName: "name"),
        transform: { try checked($0) })
    var position: String?

    @Option(
        name: .customLong("page-size"),
        help: ArgumentHelp("The parameter that takes how many rows a page has.", valueName: "name"),
        transform: { try checked($0) })
    var size: String?

    @Option(
        name: .customLong("order-by"),
        help: ArgumentHelp(
            "The parameter that takes the field to order by; '' where there is none.",
            discussion: """
                What it takes may be said: 'sort={field}:asc', where {field} stands for the field. Give it twice for two \
                parameters: --order-by sort --order-by direction=asc.
                """, valueName: "name[=value]"),
        transform: order)
    var orders: [PageNames.Order?] = []

    @Option(
        name: .customLong("query"),
        help: ArgumentHelp(
            "A parameter of every request, such as format=json; may be given several times.", valueName: "name=value"),
        transform: constant)
    var constants: [SourcePlan.Constant] = []

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp(
            "A header of every request, such as Accept=application/vnd.acme+json; may be given several times.",
            valueName: "name=value"),
        transform: header)
    var headers: [SourcePlan.Constant] = []

    private static let tableMark = "{table}"

    private static func constant(_ text: String) throws -> SourcePlan.Constant {
        guard let constant = SourcePlan.Constant(text), TablePlan.isWord(constant.name),
            constant.value.allSatisfy({ TablePlan.isWord(String($0)) || ",:+*".contains($0) })
        else { throw ValidationError("'\(text)' is no parameter and its value, such as format=json.") }
        return constant
    }

    private static func header(_ text: String) throws -> SourcePlan.Constant {
        guard let header = SourcePlan.Constant(text), header.value.count <= 90,
            header.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }),
            header.value.allSatisfy({ (" "..."~").contains($0) && $0 != "\"" && $0 != "\\" })
        else {
            throw ValidationError("'\(text)' is no header and its value, such as Accept=application/vnd.acme+json.")
        }
        guard !["authorization", "cookie"].contains(header.name.lowercased()) else {
            throw ValidationError(
                "\(header.name) shows who asks, which is each user's own; say how by --auth and --api-key-in.")
        }
        return header
    }

    /// The options that say what GraphQL says in its query.
    private var ofNoQuery: [String] {
        [
            rows.map { _ in "--rows" }, next.map { _ in "--next" }, position.map { _ in "--position" },
            size.map { _ in "--page-size" }, orders.isEmpty ? nil : "--order-by",
        ].compactMap(\.self)
    }

    private static func order(_ text: String) throws -> PageNames.Order? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var order = PageNames.Order(parameter: try checked(parts[0]))
        if parts.count == 2 {
            let plain = parts[1].replacing("{field}", with: "field")
            guard !plain.isEmpty, !plain.contains(where: { "\"\\&{}".contains($0) || $0.isNewline }) else {
                throw ValidationError("'\(parts[1])' is no value of a parameter, such as {field}:asc.")
            }
            order.template = parts[1]
        }
        return order
    }

    private static func checked(_ text: String, orNothing: Bool = false) throws -> String {
        guard TablePlan.isWord(text) || (orNothing && text.isEmpty) else {
            throw ValidationError("'\(text)' is no name such as page, meta.next or filter[size].")
        }
        return text
    }

    /// Puts what was given in the place of what most APIs have.
    ///
    /// - Throws: `ValidationError` for a place that the way of paging cannot do with.
    func apply(to plan: inout SourcePlan) throws {
        if plan.kind == .graphql, let option = ofNoQuery.first {
            throw ValidationError(
                "Reading \(option): of GraphQL that is a part of the query. What is written asks for Relay's connections (first, "
                    + "after, pageInfo); change the query and its paginator there.")
        }
        if let next {
            let isCounted = [.offset, .page].contains(plan.pagination)
            guard isCounted || !next.isEmpty else {
                throw ValidationError("Reading --next '': only offsets and pages may end without a place that says so.")
            }
            guard isCounted || plan.pagination == .cursor || !next.hasPrefix(PageNames.headerMark) else {
                throw ValidationError(
                    "Reading --next '\(next)': for a URL in a header, --pagination header takes the header's name, and "
                        + "--pagination link needs none.")
            }
        }
        if let rows {
            for index in plan.tables.indices {
                plan.tables[index].rows = rows.replacing(Self.tableMark, with: plan.tables[index].name)
            }
        }
        (plan.constants, plan.headers) = (constants, headers)
        if let next { plan.pageNames.next = next }
        if let position { plan.pageNames.position = position }
        if let size, plan.pageNames.size != nil { plan.pageNames.size = size }
        if !orders.isEmpty { plan.pageNames.orders = orders.compactMap(\.self) }
    }
}

import ArgumentParser

/// What an API calls the parts of its lists, where it is not what most APIs do.
struct APINames: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where an answer has its rows, such as data or result.items; '' where the answer is the list.",
            valueName: "place"),
        transform: { try checked($0, orNothing: true) })
    var rows: String?

    @Option(
        help: ArgumentHelp(
            "What leads on: the member with the cursor, the next page's URL or the total, or the header.",
            valueName: "place"),
        transform: { try checked($0) })
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
        help: ArgumentHelp("The parameter that takes the field to order by.", valueName: "name"),
        transform: { try checked($0) })
    var order: String?

    private static func checked(_ text: String, orNothing: Bool = false) throws -> String {
        guard TablePlan.isWord(text) || (orNothing && text.isEmpty) else {
            throw ValidationError("'\(text)' is no name such as page, meta.next or filter[size].")
        }
        return text
    }

    /// Puts what was given in the place of what most APIs have.
    func apply(to plan: inout SourcePlan) {
        if let rows { for index in plan.tables.indices { plan.tables[index].rows = rows } }
        if let next { plan.pageNames.next = next }
        if let position { plan.pageNames.position = position }
        if let size, plan.pageNames.size != nil { plan.pageNames.size = size }
        if let order { plan.pageNames.order = order }
    }
}

import ArgumentParser
import Conformance

/// How much of each list is recorded.
struct LimitOptions: ParsableArguments {
    @Option(
        help: "Rows of a page at most, where requests ask for a size; 0 leaves it to the source. At first 5.")
    var pageSize: Int?

    @Option(help: "Pages of each list at most; 0 keeps all. At first 3.")
    var maxPages: Int?

    @Option(help: "Rows of each list at most; 0 keeps all, as at first but of tables of a database, where it is 50.")
    var maxRows: Int?

    func validate() throws {
        for (name, value) in [("--page-size", pageSize), ("--max-pages", maxPages), ("--max-rows", maxRows)]
        where value ?? 0 < 0 {
            throw ValidationError("\(name) is 0 or more.")
        }
    }

    /// Puts what was given over the limits of a plan.
    func change(_ limits: inout RecordingLimits) {
        if let pageSize { limits.pageSize = pageSize == 0 ? nil : pageSize }
        if let maxPages { limits.pages = maxPages == 0 ? nil : maxPages }
        if let maxRows { limits.rows = maxRows }
    }
}

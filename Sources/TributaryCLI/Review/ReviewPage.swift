/// A review as one self-contained page: what is to be mended first, what is in order folded away.
enum ReviewPage {
    static func html(_ reports: [ReviewReport]) -> String {
        let bodies = reports.map(body).joined(separator: "\n")
        let nothing = "<h1>Review</h1><p>No source was reviewed.</p>"
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><title>Review</title><style>\(ReviewStyle.text)</style></head>
            <body><main>\(reports.isEmpty ? nothing : bodies)</main></body></html>

            """
    }

    private static func body(_ report: ReviewReport) -> String {
        let against = report.base.map { " against <code>\(escaped(String($0.prefix(12))))</code>" } ?? ""
        let tiles = ReviewReport.Level.allCases.map { level in
            "<li class=\"\(level.rawValue)\"><strong>\(report.count(level))</strong> \(tile(level))</li>"
        }.joined()
        let sections = report.sections.map { section($0) }.joined(separator: "\n")
        return "<article><h1>Review of \(escaped(report.source))\(against)</h1>"
            + "<p class=\"summary\">\(escaped(report.summary))</p><ul class=\"tiles\">\(tiles)</ul>\(sections)</article>"
    }

    private static func section(_ section: ReviewReport.Section) -> String {
        let open = section.remarks.filter { $0.level != .good }
            .sorted { order($0.level) < order($1.level) }
        let good = section.remarks.filter { $0.level == .good }
        var parts = ["<section><h2>\(escaped(section.title))</h2>"]
        if !open.isEmpty { parts.append("<ul>\(open.map(item).joined())</ul>") }
        if !good.isEmpty {
            // Where nothing else is to be said, what is in order is the answer, and stands open.
            parts.append(
                "<details\(open.isEmpty ? " open" : "")><summary>\(good.count) in order</summary>"
                    + "<ul>\(good.map(item).joined())</ul></details>")
        }
        return parts.joined() + "</section>"
    }

    private static func item(_ remark: ReviewReport.Remark) -> String {
        let place = remark.place.map { "<code>\(escaped($0))</code> " } ?? ""
        let details = remark.details.isEmpty ? "" : "<pre>\(escaped(remark.details.joined(separator: "\n")))</pre>"
        return
            "<li class=\"\(remark.level.rawValue)\"><span class=\"mark\" aria-hidden=\"true\">\(remark.level.mark)</span>"
            + "<div><span class=\"level\">\(word(remark.level))</span> \(place)\(coded(remark.text))\(details)</div></li>"
    }

    private static func order(_ level: ReviewReport.Level) -> Int {
        ReviewReport.Level.allCases.firstIndex(of: level) ?? 0
    }

    private static func tile(_ level: ReviewReport.Level) -> String {
        switch level {
        case .bad: "to be mended"
        case .warning: "to look at"
        case .person: "for a person"
        case .good: "in order"
        }
    }

    private static func word(_ level: ReviewReport.Level) -> String {
        switch level {
        case .bad: "To be mended."
        case .warning: "To look at."
        case .person: "For a person."
        case .good: "In order."
        }
    }

    /// What stands between backticks as code.
    private static func coded(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map { escaped(String($0)) }
        guard parts.count % 2 == 1 else { return escaped(text) }
        return parts.enumerated().map { $0.offset % 2 == 1 ? "<code>\($0.element)</code>" : $0.element }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

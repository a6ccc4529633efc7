/// A review as one self-contained page.
enum ReviewPage {
    static func html(_ reports: [ReviewReport]) -> String {
        let bodies = reports.map(body).joined(separator: "\n")
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><title>Review</title><style>\(style)</style></head>
            <body><main>\(bodies)</main></body></html>

            """
    }

    private static func body(_ report: ReviewReport) -> String {
        let against = report.base.map { " against <code>\(escaped(String($0.prefix(12))))</code>" } ?? ""
        let sections = report.sections.map { section in
            let items = section.remarks.map { remark in
                let place = remark.place.map { "<code>\(escaped($0))</code> " } ?? ""
                return
                    "<li class=\"\(remark.level.rawValue)\"><span class=\"mark\" aria-hidden=\"true\">\(remark.level.mark)</span>"
                    + "<span><span class=\"level\">\(word(remark.level))</span> \(place)\(escaped(remark.text))</span></li>"
            }.joined()
            return "<section><h2>\(escaped(section.title))</h2><ul>\(items)</ul></section>"
        }.joined(separator: "\n")
        return "<h1>Review of \(escaped(report.source))\(against)</h1><p>\(escaped(report.summary))</p>\(sections)"
    }

    private static func word(_ level: ReviewReport.Level) -> String {
        switch level {
        case .bad: "To be mended."
        case .warning: "To look at."
        case .person: "For a person."
        case .good: "In order."
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private static let style = """
        :root{--g:#fff;--i:#1b2430;--q:#566172;--l:#d6dce4;--bad:#a3231b;--warning:#7a5200;--person:#1f5fa8;--good:#1a6b3c}
        @media(prefers-color-scheme:dark){:root{--g:#12171e;--i:#e6ebf2;--q:#a3afbf;--l:#38424f;--bad:#ff9a90;--warning:#f0c26a;\
        --person:#7fb2ec;--good:#7fd6a2}}
        body{margin:0;background:var(--g);color:var(--i);font:16px/1.5 system-ui,sans-serif}
        main{max-width:60rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;border-bottom:1px solid var(--l)}
        ul{list-style:none;padding:0}li{display:grid;grid-template-columns:1.5rem 1fr;padding:.25rem 0}
        code{font-size:.9em;overflow-wrap:anywhere}.level{font-weight:600}li span{overflow-wrap:anywhere}
        .bad .level,.bad .mark{color:var(--bad)}.warning .level,.warning .mark{color:var(--warning)}
        .person .level,.person .mark{color:var(--person)}.good .level,.good .mark{color:var(--good)}
        """
}

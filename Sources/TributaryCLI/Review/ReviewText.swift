import Columns

/// A review for a terminal, for a comment on a pull request, and for annotations.
enum ReviewText {
    static func plain(_ report: ReviewReport) -> String {
        var lines = [
            "Review of \(report.source)" + (report.base.map { " against \($0.prefix(12))" } ?? ""), report.summary,
        ]
        for section in report.sections {
            lines += ["", section.title]
            for remark in section.remarks {
                lines.append("  \(remark.level.mark) " + (remark.place.map { "\($0): " } ?? "") + remark.text)
                lines += remark.details.map { "      \($0)" }
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Markdown, with what is in order folded away.
    static func markdown(_ report: ReviewReport) -> String {
        var lines = ["## Review of \(report.source)", "", "**\(report.summary)**"]
        for section in report.sections {
            let open = section.remarks.filter { $0.level != .good }
            let good = section.remarks.filter { $0.level == .good }
            lines += ["", "### \(section.title)", ""]
            lines += open.map(item)
            if !good.isEmpty {
                lines +=
                    ["", "<details><summary>\(good.count) in order</summary>", ""] + good.map(item) + [
                        "", "</details>",
                    ]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func item(_ remark: ReviewReport.Remark) -> String {
        let place = remark.place.map { "`\($0)`: " } ?? ""
        let details = remark.details.map { "\n  - `\($0.replacing("`", with: "'").replacing("\n", with: " "))`" }
        return "- \(remark.level.mark) \(place)\(escaped(remark.text))" + details.joined()
    }

    /// Text of an upstream or a stranger must not become markup.
    private static func escaped(_ text: String) -> String {
        text.replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("@", with: "@\u{200B}")
            .replacing("\n", with: " ")
    }

    /// SARIF 2.1.0: remarks with a place become annotations of a pull request.
    static func sarif(_ reports: [ReviewReport]) -> JSONValue {
        let remarks = reports.flatMap { report in
            report.sections.flatMap { section in section.remarks.map { (section.title, $0) } }
        }.filter { $0.1.level != .good }
        let titles = Set(remarks.map(\.0)).sorted()
        let rules = titles.map { title in
            JSONValue.object(JSONObject([("id", .string(id(title))), ("name", .string(title))]))
        }
        let results = remarks.map { title, remark in result(title, remark) }
        let driver = JSONObject([
            ("name", "tributary review"), ("informationUri", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/"),
            ("rules", .array(rules)),
        ])
        let run = JSONObject([
            ("tool", .object(JSONObject([("driver", .object(driver))]))), ("results", .array(results)),
        ])
        return .object(
            JSONObject([
                ("$schema", "https://json.schemastore.org/sarif-2.1.0.json"), ("version", "2.1.0"),
                ("runs", .array([.object(run)])),
            ]))
    }

    private static func id(_ title: String) -> String { title.lowercased().replacing(" ", with: "-") }

    private static func result(_ title: String, _ remark: ReviewReport.Remark) -> JSONValue {
        let level = remark.level == .bad ? "error" : remark.level == .warning ? "warning" : "note"
        var object = JSONObject([
            ("ruleId", .string(id(title))), ("level", .string(level)),
            (
                "message",
                .object(
                    JSONObject([("text", .string(([remark.text] + remark.details).joined(separator: "\n")))]))
            ),
        ])
        if let file = remark.file {
            var place = JSONObject([("artifactLocation", .object(JSONObject([("uri", .string(file))])))])
            let line = JSONValue.number(JSONNumber(Int64(remark.line ?? 1)))
            place["region"] = .object(JSONObject([("startLine", line)]))
            object["locations"] = .array([.object(JSONObject([("physicalLocation", .object(place))]))])
        }
        return .object(object)
    }
}

import Foundation

/// The matrix: scenarios and tables by groups of checks, and the data from which the page's script shows more.
struct HTMLMatrix {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    var section: Markup {
        """
        <section id="matrix" aria-labelledby="matrix-title">
        <h2 id="matrix-title">Matrix</h2>
        <form class="tools" hidden>
        <fieldset><legend>Show</legend>\(filters)</fieldset>
        <label>Columns <select id="columns"><option value="">Groups</option>\(options)</select></label>
        <label>Rows <input id="search" type="search" placeholder="scenario or table" autocomplete="off"></label>
        </form>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="matrix-title">
        <table class="matrix"><caption>Each cell counts the checks of a group on a table. Open one to see them; arrow \
        keys move between cells.</caption>
        <thead><tr><th scope="col">Scenario and table</th>\(heads)</tr></thead>
        <tbody>\(rows)</tbody></table>
        </div>
        <p class="legend">\(legend)</p>
        </section>
        """
    }

    private var filters: Markup {
        let names = [("", "all", report.results.count)] + report.counts.map { ($0.verdict, $0.verdict, $0.count) }
        return names.map { value, label, count -> Markup in
            let checked: Markup = value.isEmpty ? " checked" : ""
            return """
                <label class="chip \(HTMLVerdict.style(label))"><input type="radio" name="verdict" value="\(value)"\
                \(checked)> \(label) <span>\(count)</span></label>
                """
        }.joined()
    }

    private var options: Markup {
        report.groups.map { "<option value=\"\($0.rawValue)\">\($0.rawValue). \($0.title)</option>" as Markup }.joined()
    }

    private var heads: Markup {
        report.groups.map { group -> Markup in
            "<th scope=\"col\">\(group.rawValue)<small>\(group.title)</small></th>"
        }.joined()
    }

    private var rows: Markup {
        report.rows.map { row -> Markup in
            let cells = report.groups.map { group in
                Self.cell(row.results.filter { $0.item.check.group == group }.map(\.verdict.name))
            }.joined()
            return """
                <tr><th scope="row"><span>\(row.scenario)</span> \(row.table == "*" ? "the source" : row.table)</th>\
                \(cells)</tr>
                """
        }.joined()
    }

    private static func cell(_ names: [String]) -> Markup {
        guard !names.isEmpty else { return "<td></td>" }
        let gravest = HTMLVerdict.gravest(names)
        let count = names.count { $0 == gravest }
        return """
            <td><span class="mark \(HTMLVerdict.style(gravest))" title="\(count) of \(names.count) \(gravest)">\
            \(HTMLVerdict.sign(gravest)) \(count)</span></td>
            """
    }

    private var legend: Markup {
        report.counts.map { verdict, _ -> Markup in
            """
            <span class="mark \(HTMLVerdict.style(verdict))">\(HTMLVerdict.sign(verdict))</span> \(verdict)
            """
        }.joined()
    }
}

// What the script works on.
extension HTMLMatrix {
    private struct Data: Encodable {
        var groups: [[String]]
        var checks: [[String]]
        var verdicts: [[String]]
        var rows: [Row]
    }

    private struct Row: Encodable {
        var scenario: String
        var table: String
        var cells: [Cell]
    }

    /// A case: check, verdict, milliseconds, and the number of its failure.
    private struct Cell: Encodable {
        var c: Int
        var v: Int
        var t: Double
        var d: String?
        var f: Int?
    }

    /// The matrix as JSON that no text in it can end: `<` is written as an escape.
    var data: String {
        let names = Self.unique(report.results.map(\.item.check.name))
        let index = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        let checks = names.compactMap { name in report.results.first { $0.item.check.name == name }?.item.check }
        let failures = HTMLFailures(report).numbers
        let data = Data(
            groups: report.groups.map { [$0.rawValue, $0.title] },
            checks: checks.map { [$0.name, $0.group.rawValue, $0.proves] },
            verdicts: Verdict.names.map { [$0, HTMLVerdict.style($0), HTMLVerdict.sign($0)] },
            rows: report.rows.map { row in
                Row(
                    scenario: row.scenario, table: row.table,
                    cells: row.results.map { result in
                        Cell(
                            c: index[result.item.check.name] ?? 0,
                            v: Verdict.names.firstIndex(of: result.verdict.name) ?? 0,
                            t: (result.seconds * 10_000).rounded() / 10, d: result.verdict.detail,
                            f: failures[result.item.id])
                    })
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(data)) ?? Foundation.Data("{}".utf8)
        return String(decoding: bytes, as: UTF8.self).replacing("<", with: "\\u003c")
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

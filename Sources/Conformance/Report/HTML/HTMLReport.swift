import Foundation
import Tributary

/// A run as one self-contained page: no file beside it, no network, no framework.
public struct HTMLReport: Sendable {
    let report: ConformanceReport

    public init(_ report: ConformanceReport) { self.report = report }

    /// The document.
    public var text: String {
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(outcome): conformance of \(sources)</title>
            <style>\(Markup(trusted: HTMLStyle.text))</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the results</a>
            \(header)
            <main id="main">
            \(sections)
            </main>
            <footer><p>Written by <code>tributary check</code>. Names, verdicts and what each check proves: \
            <code>tributary check --list</code>.</p></footer>
            <dialog id="cell" aria-labelledby="cell-title"><form method="dialog"><h2 id="cell-title"></h2>\
            <button aria-label="Close">✕</button></form><ul id="cell-checks"></ul></dialog>
            <script type="application/json" id="data">\(Markup(trusted: HTMLMatrix(report).data))</script>
            <script>\(Markup(trusted: HTMLScript.text))</script>
            </body>
            </html>

            """
        return page.html
    }

    private var sections: Markup {
        [
            HTMLMatrix(report).section, HTMLFailures(report).section, HTMLAccepted(report).section,
            HTMLUnexercised(report).section, HTMLFixtures(report).section, HTMLTimings(report).section,
        ].joined()
    }

    private var outcome: String {
        switch report.outcome {
        case .passed: "Passed"
        case .failed: "Failed"
        case .couldNotRun: "Could not run"
        }
    }

    private var sources: String {
        var seen: Set<String> = []
        let names = report.results.map { $0.item.input.source.description.label }.filter { seen.insert($0).inserted }
        return names.isEmpty ? "no source" : names.joined(separator: ", ")
    }

    private var header: Markup {
        let strict = report.options.isStrict ? ", strict" : ""
        return """
            <header class="page">
            <div class="headline"><p class="outcome \(HTMLVerdict.style(outcome.lowercased()))">\(outcome)</p>
            <h1>Conformance of \(sources)</h1></div>
            <p class="run">Profile <b>\(report.options.profile.rawValue)</b>\(strict) · seed \
            \(String(report.options.seed)) · <time>\(report.began)</time> · \(Self.seconds(report.duration))</p>
            <dl class="counts">\(counts)</dl>
            \(looked)
            <nav aria-label="Sections"><a href="#matrix">Matrix</a> <a href="#failures">Failures</a> \
            <a href="#accepted">Waivers</a> <a href="#unexercised">Not exercised</a> \
            <a href="#fixtures">Fixtures</a> <a href="#timings">Timings</a></nav>
            </header>
            """
    }

    private var counts: Markup {
        let all = [("cases", report.results.count)] + report.counts.map { ($0.verdict, $0.count) }
        return all.map { name, count -> Markup in
            "<div class=\"\(HTMLVerdict.style(name))\"><dt>\(name)</dt><dd>\(count.grouped)</dd></div>"
        }.joined()
    }

    /// How much was looked at: what a pass stands on.
    private var looked: Markup {
        let looked = report.looked
        return """
            <p class="run">The passes looked at \(looked.rows.counted("row")), \
            \(looked.requests.counted("request")), \(looked.runs.counted("sync")) and \
            \(looked.items.counted("other thing")).</p>
            """
    }

    static func seconds(_ duration: Duration) -> String { seconds(duration / .seconds(1)) }
    static func seconds(_ value: Double) -> String {
        value < 10 ? String(format: "%.2f s", value) : String(format: "%.0f s", value)
    }
}

/// How verdicts look.
enum HTMLVerdict {
    /// The class of a verdict's name.
    static func style(_ name: String) -> String {
        switch name {
        case "passed", "failed", "waived", "known": name
        case "could not run": "broken"
        case "not exercised": "idle"
        case "not applicable": "none"
        default: "plain"
        }
    }

    /// The sign that stands for a verdict where there is no room, so that colour is not all.
    static func sign(_ name: String) -> String {
        switch name {
        case "passed": "✓"
        case "failed": "✗"
        case "waived": "w"
        case "known": "k"
        case "could not run": "!"
        case "not exercised": "?"
        default: "–"
        }
    }

    static func badge(_ name: String) -> Markup { "<span class=\"badge \(style(name))\">\(name)</span>" }

    /// The gravest of some verdicts.
    static func gravest(_ names: [String]) -> String {
        let order = ["failed", "could not run", "known", "waived", "not exercised", "passed", "not applicable"]
        return order.first(where: names.contains) ?? "not applicable"
    }
}

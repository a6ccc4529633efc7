/// The failures, each told as a bug report with the history that led to it.
struct HTMLFailures {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    /// The numbers of the failures by the identifiers of their cases; the page's anchors.
    var numbers: [String: Int] {
        Dictionary(report.failures.enumerated().map { ($1.item.id, $0 + 1) }) { first, _ in first }
    }

    var section: Markup {
        let count = report.failures.count + report.problems.count
        let body: Markup =
            count == 0
            ? "<p class=\"good\">No case failed.</p>"
            : (report.problems.map(problem) + report.failures.enumerated().map { article($1, number: $0 + 1) }).joined()
        return """
            <section id="failures" aria-labelledby="failures-title">
            <h2 id="failures-title">Failures <span class="number">\(count)</span></h2>
            \(body)
            </section>
            """
    }

    private func problem(_ problem: Finding) -> Markup {
        """
        <article class="failure"><h3>Waivers and ledger</h3><dl class="parts">
        <dt>Where</dt><dd>\(problem.place)</dd><dt>Expected</dt><dd>\(problem.expected)</dd>
        <dt>Actual</dt><dd><strong>\(problem.actual)</strong></dd></dl></article>
        """
    }

    private func article(_ result: CheckResult, number: Int) -> Markup {
        let story = FailureStory(result)
        let open: Markup = number <= 5 ? " open" : ""
        return """
            <article class="failure" id="failure-\(number)" aria-labelledby="failure-\(number)-title">
            <details\(open)><summary><h3 id="failure-\(number)-title">\(story.name)</h3>\
            <span class="place">\(story.scenario)</span> \(HTMLVerdict.badge(story.verdict))</summary>
            <p class="promise">\(story.promise)</p>
            \(story.findings.map { finding($0, story) }.joined())
            \(reason(story))
            <dl class="parts">
            \(story.shrunk.map { "<dt>Shrunk</dt><dd>\($0.description)</dd>" as Markup } ?? "")
            <dt>Repeat</dt><dd><code class="command">\(story.command)</code> <span class="quiet">seed \
            \(String(story.seed))</span></dd>
            \(story.causes.map { "<dt>Likely cause</dt><dd>\($0)</dd>" as Markup }.joined())
            <dt>Clause</dt><dd>\(story.clause)</dd>
            </dl></details></article>
            """
    }

    private func reason(_ story: FailureStory) -> Markup {
        guard let reason = story.reason else { return "" }
        return "<dl class=\"parts\"><dt>Verdict</dt><dd>\(story.verdict): \(reason)</dd></dl>"
    }

    private func finding(_ finding: Finding, _ story: FailureStory) -> Markup {
        """
        <div class="finding"><p class="where"><b>Where</b> \(finding.position(in: story.scenario))</p>
        <div class="sides"><div><h4>Expected</h4><p>\(finding.expected)</p></div>\
        <div><h4>Actual</h4><p>\(finding.actual)</p></div></div>
        \(witness(finding))\(HTMLTimeline(finding.history).markup)</div>
        """
    }

    private func witness(_ finding: Finding) -> Markup {
        guard !finding.witness.isEmpty else { return "" }
        let items = finding.witness.map { "<li><code>\($0)</code></li>" as Markup }.joined()
        return "<h4>Witness</h4><ul class=\"witness\">\(items)</ul>"
    }
}

/// What led to a failure, as a timeline: requests and answers, hand-overs, commits, waits.
struct HTMLTimeline {
    private let events: [(kind: String, label: String, text: String)]

    init(_ history: [String]) { events = history.map(Self.event) }

    private static let kinds = [
        "request": "request", "answer": "answer", "statement": "statement", "emitted": "handed over",
        "taken": "taken", "committed": "committed", "waited": "waited", "log": "log", "ended": "ended",
    ]

    private static func event(_ line: String) -> (kind: String, label: String, text: String) {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard let first = words.first.map(String.init), let label = kinds[first] else { return ("note", "note", line) }
        let rest = words.count > 1 ? words[1].drop { $0 == " " } : ""
        return (first, label, String(rest))
    }

    var markup: Markup {
        guard !events.isEmpty else { return "" }
        let shown = 14
        let (early, late) = (events.dropLast(shown), events.suffix(shown))
        let rest: Markup =
            early.isEmpty
            ? ""
            : """
            <details class="earlier"><summary>\(early.count) earlier events</summary>\(list(Array(early)))</details>
            """
        return "<h4>How it came to this</h4>\(rest)\(list(Array(late)))"
    }

    private func list(_ events: [(kind: String, label: String, text: String)]) -> Markup {
        let items = events.map { event -> Markup in
            "<li class=\"\(event.kind)\"><span class=\"kind\">\(event.label)</span> <span>\(event.text)</span></li>"
        }.joined()
        return "<ol class=\"timeline\">\(items)</ol>"
    }
}

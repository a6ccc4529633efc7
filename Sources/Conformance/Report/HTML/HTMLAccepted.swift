import Cassettes

/// Failures that are accepted: waivers and the ledger.
struct HTMLAccepted {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    var section: Markup {
        let waived = report.results.compactMap { result -> Markup? in
            guard case .waived(let waiver, let findings) = result.verdict else { return nil }
            return row(result, findings, waiver.reason, waiver.reference, "until \(waiver.until)")
        }
        let known = report.results.compactMap { result -> Markup? in
            guard case .known(let entry, let findings) = result.verdict else { return nil }
            return row(result, findings, "in the ledger of old failures", entry.reference, "since \(entry.since)")
        }
        let rows = waived + known
        let body: Markup = rows.isEmpty ? "<p class=\"quiet\">None: no failure is accepted.</p>" : table(rows.joined())
        return """
            <section id="accepted" aria-labelledby="accepted-title">
            <h2 id="accepted-title">Waivers and known failures <span class="number">\(rows.count)</span></h2>
            \(body)
            </section>
            """
    }

    private func table(_ rows: Markup) -> Markup {
        """
        <div class="scroll" tabindex="0" role="region" aria-labelledby="accepted-title"><table class="list">
        <thead><tr><th scope="col">Case</th><th scope="col">Reason</th><th scope="col">Reference</th>\
        <th scope="col">Date</th><th scope="col">What still fails</th></tr></thead>
        <tbody>\(rows)</tbody></table></div>
        """
    }

    private func row(
        _ result: CheckResult, _ findings: [Finding], _ reason: String, _ reference: String, _ date: String
    ) -> Markup {
        """
        <tr><th scope="row">\(result.item.name) <span class="quiet">\(result.item.input.scenario.id)</span></th>\
        <td>\(reason)</td><td>\(Self.link(reference))</td><td>\(date)</td>\
        <td>\(findings.first?.actual ?? "")</td></tr>
        """
    }

    /// A link where the text is an address of the web, and nothing but text otherwise.
    static func link(_ text: String) -> Markup {
        guard text.hasPrefix("https://"), !text.contains(" ") else { return "\(text)" }
        return "<a href=\"\(text)\" rel=\"noreferrer\">\(text)</a>"
    }
}

/// What could not be looked at, by reason.
struct HTMLUnexercised {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    var section: Markup {
        let reasons = Dictionary(grouping: report.results.filter { $0.verdict.name == "not exercised" }) {
            $0.verdict.detail ?? ""
        }
        let count = reasons.values.reduce(0) { $0 + $1.count }
        let ordered = reasons.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
        let body: Markup =
            count == 0
            ? "<p class=\"good\">Every case had something to look at.</p>" : ordered.map(reason).joined()
        return """
            <section id="unexercised" aria-labelledby="unexercised-title">
            <h2 id="unexercised-title">Not exercised <span class="number">\(count)</span></h2>
            <p class="quiet">Nothing was there to judge, so nothing is known. A strict run counts these as failed.</p>
            \(body)
            </section>
            """
    }

    private func reason(_ text: String, _ results: [CheckResult]) -> Markup {
        let places = Dictionary(grouping: results) { "\($0.item.input.scenario.id) / \($0.item.table)" }
        let items = places.sorted { $0.key < $1.key }.map { place, results -> Markup in
            let checks = results.map { "<code>\($0.item.check.name)</code>" as Markup }.joined()
            return "<li><b>\(place)</b> \(checks)</li>"
        }
        return """
            <details><summary><span class="number">\(results.count)</span> \(text)</summary>
            <ul class="places">\(items.joined())</ul></details>
            """
    }
}

import Cassettes
import Columns
import Foundation

/// The fixtures: where the material comes from, how far to trust it, and what it covers.
struct HTMLFixtures {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    var section: Markup {
        """
        <section id="fixtures" aria-labelledby="fixtures-title">
        <h2 id="fixtures-title">Fixtures <span class="number">\(report.scenarios.count)</span></h2>
        \(report.scenarios.map(article).joined())
        </section>
        """
    }

    private func article(_ scenario: Scenario) -> Markup {
        let manifest = scenario.manifest
        let covers = manifest.covers.map { "<li>\($0)</li>" as Markup }.joined()
        return """
            <article class="fixture"><h3>\(scenario.id)</h3> <span class="badge plain">\
            \(manifest.provenance.kind.rawValue)</span>
            <p>\(manifest.title)</p>
            <ul class="tags" aria-label="Covers">\(covers)</ul>
            \(states(scenario))
            \(provenance(manifest.provenance))
            </article>
            """
    }

    private func states(_ scenario: Scenario) -> Markup {
        let rows = scenario.manifest.states.map { state -> Markup in
            let coverage = StateCoverage(scenario, state)
            return """
                <tr><th scope="row">\(state.name)</th><td>\(Self.moment(state.clock))</td><td>\(coverage.text)</td>\
                <td>\(state.story)</td></tr>
                """
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="States of \(scenario.id)"><table class="list">\
            <thead><tr><th scope="col">State</th><th scope="col">Clock</th><th scope="col">Recorded</th>\
            <th scope="col">Story</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
            """
    }

    private func provenance(_ provenance: Manifest.Provenance) -> Markup {
        let docs = provenance.docs.map { "<li>\(Self.page($0))</li>" as Markup }.joined()
        let guessed = provenance.guessed.map { "<li>\($0)</li>" as Markup }.joined()
        let version: Markup = provenance.apiVersion.map { "<p>API version \($0)</p>" } ?? ""
        if provenance.docs.isEmpty && provenance.guessed.isEmpty { return version }
        return """
            <details><summary>Provenance: \(provenance.docs.count.counted("page")), \
            \(provenance.guessed.count.counted("guess", "guesses"))</summary>
            \(version)<h4>Follows</h4><ul>\(docs)</ul><h4>Guessed</h4><ul>\(guessed)</ul></details>
            """
    }

    /// `https://… (what was taken from it)`.
    private static func page(_ text: String) -> Markup {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return HTMLAccepted.link(text) }
        return "\(HTMLAccepted.link(parts[0])) \(parts[1])"
    }

    private static func moment(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).formatted(.iso8601.dateTimeSeparator(.space))
    }
}

/// What one state recorded, and which tables it serves.
struct StateCoverage {
    let exchanges: Int
    let statuses: [Int]
    /// Tables of the scenario that no exchange of the state names as its own.
    let unserved: [String]
    let problem: String?

    init(_ scenario: Scenario, _ state: Manifest.State) {
        do {
            let recorded = try scenario.exchanges(state: state.name)
            exchanges = recorded.count
            statuses = Set(recorded.map(\.status)).sorted()
            let served = Set(recorded.flatMap(\.exchange.schemas))
            unserved = served.isEmpty ? [] : scenario.manifest.schemas.map(\.name).filter { !served.contains($0) }
            problem = nil
        } catch {
            (exchanges, statuses, unserved, problem) = (0, [], [], "\(error)")
        }
    }

    var text: String {
        if let problem { return problem }
        if exchanges == 0 { return "no HTTP" }
        let codes = statuses.map { $0 == 0 ? "cut" : String($0) }.joined(separator: ", ")
        let rest = unserved.isEmpty ? "" : "; none for " + unserved.joined(separator: ", ")
        return "\(exchanges.counted("exchange")) (\(codes))\(rest)"
    }
}

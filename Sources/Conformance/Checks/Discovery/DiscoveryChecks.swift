import Cassettes
import Columns
import Pipeline
import Tributary

/// Group B: the tables and their names.
enum DiscoveryChecks {
    static let all = [namesSurvive] + CatalogueShapeChecks.all + CatalogueUseChecks.all + ListingTrafficChecks.all

    private static let namesSurvive = Check(
        "discovery-names-survive-normalisation", group: .discovery, level: .simulated,
        proves: "No two tables and no two columns of a table get the same name in the lake, and none is empty.",
        method:
            "The lake's own rule of names is applied to all tables that the source lists, and to all names in the rows of "
            + "a full read.",
        likelyCause:
            "Two members of the rows differ only by case or separators, and which of them gets the name depends on which "
            + "comes first: leave one out, or rename it, with mapRows.",
        profile: .quick, catches: "column-names-collide-after-normalising"
    ) { input in
        try await Bench.judging(input) { bench in
            let upstream = try bench.upstream()
            let context = try bench.lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
            let tables = try await bench.lab.source.schemas(in: context).map(\.name)
            let rows = try await bench.emitted(upstream)
            let columns = Set(rows.flatMap(\.names)).sorted()
            bench.tally.add(Counters(items: tables.count + columns.count))
            return collisions(tables, "tables") { SyncEngine.folder(connection: "kit", schema: $0) }
                + collisions(columns, "columns", by: Bench.column)
        }
    }

    private static func collisions(_ names: [String], _ what: String, by rule: (String) -> String) -> [Finding] {
        let groups = Dictionary(grouping: names, by: rule).filter { $0.value.count > 1 || $0.key.isEmpty }
        if groups.isEmpty { return [] }
        return [
            Finding(
                at: what, expected: "a name of its own for each",
                actual: "\(groups.count.counted("name stands", "names stand")) for several \(what).",
                witness: groups.map { "\($0.value.sorted().joined(separator: ", ")) become \($0.key)" }.sorted())
        ]
    }
}

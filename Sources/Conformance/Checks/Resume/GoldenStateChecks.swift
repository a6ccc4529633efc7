import Cassettes
import Columns
import Tributary

/// What earlier releases left in lakes.
enum GoldenStateChecks {
    static let all = [load]

    private static let load = Check(
        "resume-golden-states-load", group: .resume, level: .simulated,
        proves: "States that released versions stored load, and lead on to the same request and the same table.",
        method:
            "States that earlier releases stored half-way and at the end of a sync are kept as data. Each is put into a "
            + "lake of now: the next sync must begin with the request that the release sent, and end with all rows.",
        likelyCause:
            "The form of a position or of a cursor was changed, and the old one is not understood: read both.",
        catches: "old-position-not-understood", "old-position-refused"
    ) { input in
        let released = try GoldenStates.all(of: input.scenario)
        let golden = released.flatMap { states in
            states.entries.filter { $0.table == input.schema?.name }.map { (states.version, $0) }
        }
        if golden.isEmpty { return .notApplicable("No released version stored a state of this table.") }
        return try await Bench.judging(input) { bench in
            for (version, entry) in golden {
                let findings = try await bench.loading(entry, of: version)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

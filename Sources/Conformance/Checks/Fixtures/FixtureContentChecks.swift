import Cassettes
import Columns
import Foundation
import Tributary

/// What a fixture says of itself, and what it must not hold.
enum FixtureContentChecks {
    static let all = [personalDataFree, provenance, age, coversClaims]

    private static let personalDataFree = Check(
        "fixture-personal-data-free", group: .fixtures, level: .static, scope: .source,
        proves: "No recorded file holds an address, number or name of a real person, or of the machine that recorded.",
        method:
            "Every file of the scenario is scanned, decoded: e-mail addresses outside reserved domains, telephone, card "
            + "and account numbers with right check digits, public addresses, user and host names. What is allowed stands "
            + "in Fixtures/scan-allow.json with a reason and an end.",
        likelyCause: "The recording was not redacted, or a new member of the answers is not in redaction.json.",
        profile: .quick, isWaivable: false, catches: "real-person-in-a-body"
    ) { input in
        let report = try input.memo.leaks(today: input.today)
        let kept: [LeakFinding] = report.findings.filter { [.personal, .place].contains($0.rule) }
        let findings = kept.map { leak in
            Finding(
                at: "\(leak.file), \(leak.place)", expected: "nothing of a real person or machine",
                actual: "There is \(leak.what): \(leak.excerpt)", file: leak.file, line: leak.line)
        }
        return .judged(findings, looked: Counters(items: report.files))
    }

    private static let provenance = Check(
        "fixture-provenance", group: .fixtures, level: .static, scope: .source,
        proves: "Each recorded file says where it comes from: when, by what, of which version, for which tables.",
        method:
            "Manifest and HAR headers are read: pages with the day on which they were read for documented material; "
            + "day, recorder and API version for recorded material; creator, moment and known tables for every entry.",
        likelyCause: "The file was written by hand, or by a tool that leaves the headers out.", profile: .quick,
        catches: "recording-without-provenance"
    ) { input in
        var findings = Self.problems(input.scenario.manifest.provenance)
        var looked = Counters(items: 1)
        for state in input.scenario.manifest.states {
            guard let path = state.http,
                let data = FileManager.default.contents(
                    atPath: input.scenario.folder.appending(path: path).path)
            else { continue }
            let har = try JSONValue(parsing: Array(data))
            looked += Counters(items: har["log"]?["entries"]?.array?.count ?? 0)
            findings += Self.problems(har, path, tables: Set(input.scenario.manifest.schemas.map(\.name)))
        }
        return .judged(findings, looked: looked)
    }

    private static func problems(_ provenance: Manifest.Provenance) -> [Finding] {
        var missing: [String] = []
        switch provenance.kind {
        case .documented:
            if provenance.apiVersion == nil { missing.append("apiVersion") }
            missing += provenance.docs.filter { ProvenanceDay.first(in: $0) == nil }.map {
                "the day on which \($0.prefix(60)) was read"
            }
        case .recorded, .recordedEdited:
            for name in ["recordedAt", "recorder", "apiVersion"] where provenance.details[name]?.string == nil {
                missing.append(name)
            }
        case .derived: if provenance.details["origin"] == nil { missing.append("origin") }
        case .synthetic: break
        }
        if missing.isEmpty { return [] }
        return [
            Finding(
                at: "manifest.json, provenance", expected: "all that \(provenance.kind.rawValue) material has to say",
                actual: "Missing: \(missing.joined(separator: ", ")).", file: "manifest.json")
        ]
    }

    private static func problems(_ har: JSONValue, _ path: String, tables: Set<String>) -> [Finding] {
        let log = har["log"]
        var problems: [String] = []
        if log?["version"]?.string != "1.2" { problems.append("log.version is not 1.2") }
        for name in ["name", "version"] where (log?["creator"]?[name]?.string ?? "").isEmpty {
            problems.append("log.creator.\(name) is missing")
        }
        for (index, entry) in (log?["entries"]?.array ?? []).enumerated() {
            let id = entry["_id"]?.string ?? "entries[\(index)]"
            if entry["startedDateTime"]?.string.flatMap({ TimestampParser.microseconds($0) }) == nil {
                problems.append("\(id) has no startedDateTime")
            }
            let unknown = (entry["_schema"]?.array ?? []).compactMap(\.string).filter { !tables.contains($0) }
            if !unknown.isEmpty {
                problems.append("\(id) serves \(unknown.joined(separator: ", ")), which is no table here")
            }
        }
        if problems.isEmpty { return [] }
        return [
            Finding(
                at: path, expected: "a HAR that says who wrote it, when, and for which tables",
                actual: "\(problems.count) things are missing.", witness: problems, file: path)
        ]
    }

    private static let age = Check(
        "fixture-age", group: .fixtures, level: .static, scope: .source,
        proves: "The material is no older than the scenario declares.",
        method: "limits.maxAgeDays of the manifest is held against the newest day of its provenance: verifiedAt, "
            + "recordedAt, or the day on which its pages were read. Without the limit nothing is declared.",
        likelyCause: "Record anew, or compare with the upstream and set verifiedAt.", catches: "recording-past-its-age"
    ) { input in
        guard let limit = input.scenario.manifest.document["limits"]?["maxAgeDays"]?.int64 else {
            return .notApplicable("The scenario declares no limits.maxAgeDays.")
        }
        guard let newest = input.scenario.manifest.provenance.newestDay else {
            return .notExercised("Its provenance names no day.")
        }
        let days = ProvenanceDay.days(from: newest, to: input.today)
        let findings =
            days <= limit
            ? []
            : [
                Finding(
                    at: "manifest.json, provenance", expected: "material of the last \(limit) days",
                    actual: "It is of \(newest), \(days) days ago.", file: "manifest.json")
            ]
        return .judged(findings, looked: Counters(items: 1))
    }

    private static let coversClaims = Check(
        "fixture-covers-claims", group: .fixtures, level: .static, scope: .source,
        proves:
            "What the scenario says it covers is in its material, and every incremental table can be asked for more "
            + "than was recorded.",
        method:
            "Each word of the manifest's covers is looked up in the recorded answers: pages, nulls, ties, empty tables, "
            + "refusals. A table with a watermark needs a second state or a model of its list.",
        likelyCause: "The claim was copied from another scenario, or its material was trimmed away.", profile: .quick,
        catches: "claims-what-it-does-not-show"
    ) { input in
        try await input.judging { tally in
            let material = try FixtureMaterial(input.scenario)
            if material.isEmpty {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The scenario records no HTTP: its seeds are its material."))
            }
            var findings: [Finding] = []
            for claim in input.scenario.manifest.covers {
                guard let isShown = material.shows(claim) else { continue }
                tally.add(Counters(items: 1))
                if isShown { continue }
                findings.append(
                    Finding(
                        at: "manifest.json, covers: \(claim)", expected: "an exchange that shows it",
                        actual: "None of \(material.count) does.", file: "manifest.json"))
            }
            tally.add(Counters(items: input.scenario.manifest.schemas.count))
            let poor = material.tablesWithoutSecondLook(among: try input.scenarios())
            if findings.isEmpty, !poor.isEmpty, input.scenario.goodState != nil {
                throw Bench.Verdicted(
                    verdict: .notExercised(
                        "Of \(poor.joined(separator: ", ")) there is one state and no list in model.json: record a second "
                            + "state, or declare how the upstream lists them."))
            }
            return findings
        }
    }
}

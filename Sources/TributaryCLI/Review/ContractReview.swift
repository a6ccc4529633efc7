import Cassettes
import Conformance
import Foundation
import Tributary

/// What changed in a source's contract against the base, on the same traffic.
struct ContractReview {
    let folder: SourceFolder
    let earlier: EarlierVersion
    let databases: DatabaseStack
    /// Engines for the base's own process.
    let variables: [String: String]

    func remarks() async -> [ReviewReport.Remark] {
        guard case .built(let base) = earlier else {
            if case .missing(let reason) = earlier { return [Self.notCompared(reason)] }
            return []
        }
        do {
            let fixtures = URL(filePath: folder.path("Fixtures"))
            let scenarios = try Fixture(at: fixtures.appending(path: folder.id)).scenarios
            let before = try base.portrait(
                of: [folder.source.description.type], on: fixtures, with: variables)
            let source = await SourcePortrait(
                of: folder.source, on: scenarios, stack: Kit.stack, databases: databases)
            return Self.remarks(
                PortraitComparison(before: before, after: Portrait(version: "this change", sources: [source])))
        } catch let error as BaseVersion.Unavailable {
            return [Self.notCompared(error.description)]
        } catch {
            return [Self.notCompared("\(error)")]
        }
    }

    private static func notCompared(_ reason: String) -> ReviewReport.Remark {
        let lines = reason.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        return .init(
            level: .person, text: "not compared: \(lines.first ?? "")", details: Array(lines.dropFirst()))
    }

    static func remarks(_ comparison: PortraitComparison) -> [ReviewReport.Remark] {
        let changes = comparison.changes.map { change in
            let place = ((change.tables.isEmpty ? [] : [change.tableNames]) + [change.subject.rawValue]).joined(
                separator: ", ")
            let seen = change.seenFirst.map { " (\($0))" } ?? ""
            return ReviewReport.Remark(
                level: level(change.impact), text: "\(place): \(change.text)\(seen)", details: change.witness)
        }
        let missing = comparison.notCompared.map(notCompared)
        let extent = comparison.compared
        let looked = ReviewReport.Remark(
            level: .good,
            text:
                "\(extent.tables.counted("table")), \(extent.runs.counted("sync")), \(extent.rows.counted("row")) and "
                + "\(extent.requests.counted("request")) of both versions were compared"
                + (changes.isEmpty ? ": no change." : "."))
        return changes + missing + (comparison.isEmpty ? [] : [looked])
    }

    private static func level(_ impact: ContractChange.Impact) -> ReviewReport.Level {
        switch impact {
        case .breaking: .bad
        case .notable: .person
        case .harmless: .good
        }
    }
}

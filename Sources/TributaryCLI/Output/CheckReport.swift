import Cassettes
import Conformance
import Foundation
import Tributary

/// What `tributary check` says of the catalogue itself.
enum CheckReport {
    static func list(_ checks: [Check]) {
        var table = TextTable([
            ("CHECK", .left), ("GROUP", .left), ("LEVEL", .left), ("PROFILE", .left), ("PROVES", .left),
        ])
        for check in checks {
            table.add([check.name, check.group.rawValue, check.level.rawValue, check.profile.rawValue, check.proves])
        }
        var omitted = TextTable([("NOT BUILT AS A CHECK", .left), ("GROUP", .left), ("WHY, AND WHAT PROVES IT", .left)])
        for check in CheckCatalogue.omitted { omitted.add([check.name, check.group.rawValue, check.reason]) }
        Console.result(table.text + "\n\n" + omitted.text)
    }

    static func explain(_ check: Check) {
        let faults = check.catches.map { name in
            "  \(name)" + (SeededFault.named(name).map { ": \($0.story)" } ?? "")
        }
        Console.result(
            """
            \(check.name)  (group \(check.group.rawValue), \(check.group.title); \(check.level.rawValue))

            Proves: \(check.proves)
            How:    \(check.method)
            If it fails: \(check.likelyCause)
            Seeded faults that it catches:
            \(faults.joined(separator: "\n"))
            """)
    }

    /// Fault by check, with the time of each, and the one figure.
    static func selfTest(_ report: SelfTestReport) -> String {
        var table = TextTable([
            ("FAULT", .left), ("SEEN", .left), ("INTENDED", .left), ("CAUGHT", .left), ("SECONDS", .right),
            ("ALSO BY", .left),
        ])
        for row in report.rows {
            let others = row.caughtBy.filter { !row.intended.contains($0) }
            table.add([
                row.fault ?? "(clean twin of \(row.specimen))", row.isCatalogued ? "yes" : "",
                row.intended.joined(separator: " "), verdict(row), String(format: "%.1f", row.seconds),
                others.joined(separator: " "),
            ])
        }
        let faults = report.rows.filter { $0.fault != nil }
        let caught = faults.count(where: \.isAsIntended)
        let limits = report.limits.map { "\($0.bug): \($0.reason) Needed: \($0.needs)." }
        let title = "Not caught, or in another form than it was seen:\n  "
        let gaps = limits.isEmpty ? [] : [title + limits.joined(separator: "\n  ")]
        return
            ([table.text] + gaps + [
                "\(caught) of \(faults.count) seeded faults caught by the intended checks.", "\(report.figure).",
            ])
            .joined(separator: "\n\n")
    }

    private static func verdict(_ row: SelfTestReport.Row) -> String {
        if row.fault == nil { return row.isAsIntended ? "passes" : "FALSE ALARM" }
        return row.isAsIntended ? "yes" : "NO"
    }
}

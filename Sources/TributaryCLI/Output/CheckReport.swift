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

    /// Fault by check.
    static func selfTest(_ rows: [SelfTest.Row]) -> String {
        var table = TextTable([
            ("FAULT", .left), ("INTENDED", .left), ("CAUGHT", .left), ("ALSO BY", .left),
        ])
        for row in rows {
            let others = row.caughtBy.filter { !row.intended.contains($0) }
            table.add([
                row.fault?.name ?? "(clean twin of \(row.specimen))", row.intended.joined(separator: " "),
                row.isAsIntended ? (row.fault == nil ? "passes" : "yes") : (row.fault == nil ? "FALSE ALARM" : "NO"),
                others.joined(separator: " "),
            ])
        }
        let faults = rows.filter { $0.fault != nil }
        let caught = faults.filter(\.isAsIntended).count
        return table.text + "\n\n\(caught) of \(faults.count) seeded faults caught by the intended check."
    }
}

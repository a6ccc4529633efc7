import Conformance
import Foundation
import Testing

/// The page of what is caught tells of the faults and checks that there are. What the checks say is told by the
/// self-test itself, which takes minutes.
@Suite struct DetectionMatrixTests {
    /// Empty where it is not there, which fails.
    private static let page: String = {
        let file = Material.root.appending(path: "Documentation/Tributary.docc/DetectionMatrix.md")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    /// The cells of each row of the table of faults.
    private static let rows = page.split(separator: "\n").map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }.filter { $0.count == 5 && $0[0].hasPrefix("`") }

    @Test("each fault is there once, with its origin and the checks that must catch it")
    func faults() {
        let told = Self.rows.map { $0[0].filter { $0 != "`" } }
        #expect(
            Set(told) == Set(SeededFault.all.map(\.name)), "run tributary check --self-test --format markdown")
        #expect(told.count == Set(told).count)
        for row in Self.rows {
            guard let fault = SeededFault.named(row[0].filter { $0 != "`" }) else { continue }
            #expect((row[1] == "yes") == (fault.origin == .field), "\(fault)")
            let bold = row[4].matches(of: /\*\*`([a-z0-9-]+)`\*\*/).map { String($0.1) }
            #expect(Set(bold) == Set(SelfTest.intended(fault)), "\(fault)")
            #expect(row[3] == "yes" && !row[4].contains("(missed)"), "\(fault)")
        }
    }

    @Test("the figure is of the catalogue's bugs")
    func figure() throws {
        let caught = Self.rows.count { $0[1] == "yes" && $0[3] == "yes" }
        #expect(Self.page.contains("\(caught) of \(BugCatalogue.bugs.count) catalogued bugs caught"))
        for bug in BugCatalogue.unseeded { #expect(Self.page.contains("| `\(bug)` |")) }
    }

    @Test("each bug of the catalogue is a fault of that origin, or is told apart; no other fault has that origin")
    func catalogue() {
        #expect(BugCatalogue.bugs.count == 100 && Set(BugCatalogue.bugs).count == 100)
        for fault in SeededFault.all where fault.origin == .field { #expect(BugCatalogue.bugs.contains(fault.name)) }
        for limit in BugCatalogue.limits { #expect(BugCatalogue.bugs.contains(limit.bug)) }
    }
}

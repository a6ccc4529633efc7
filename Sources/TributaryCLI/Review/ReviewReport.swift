/// What a careful reviewer would find, in one report.
struct ReviewReport: Encodable {
    /// How much a remark weighs.
    enum Level: String, Encodable, CaseIterable {
        /// Must be mended before a merge.
        case bad
        /// Deserves a look.
        case warning
        /// What only a person can judge; the text says where to look.
        case person
        case good

        var mark: String {
            switch self {
            case .bad: "✗"
            case .warning: "!"
            case .person: "?"
            case .good: "✓"
            }
        }
    }

    /// One remark, with its place where it has one.
    struct Remark: Encodable {
        var level: Level
        var text: String
        /// Relative to the package.
        var file: String?
        var line: Int?
        /// Lines that show it.
        var details: [String] = []

        var place: String? { file.map { file in line.map { "\(file):\($0)" } ?? file } }
    }

    struct Section: Encodable {
        var title: String
        var remarks: [Remark]
    }

    var source: String
    var base: String?
    var sections: [Section]

    func count(_ level: Level) -> Int { sections.flatMap(\.remarks).count { $0.level == level } }

    /// One sentence that a reviewer reads first.
    var summary: String {
        let bad = count(.bad)
        let verdict = bad == 0 ? "Nothing stands in the way" : "\(bad) to be mended"
        return "\(verdict); \(count(.warning)) to look at, \(count(.person)) for a person to judge, "
            + "\(count(.good)) found in order."
    }
}

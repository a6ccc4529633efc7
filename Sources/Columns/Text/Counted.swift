extension Int {
    /// The number as people read it: `1234567` is `1,234,567`.
    package var grouped: String {
        let digits = String(magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (self < 0 ? "-" : "") + grouped
    }

    /// The number with what it counts: `1 file`, `2 files`, `1,200 bodies`.
    ///
    /// - Parameters:
    ///   - one: what is said of one, with a verb where there is one: `file differs`.
    ///   - many: what is said of another number; by default `one` with an s.
    package func counted(_ one: String, _ many: String? = nil) -> String {
        "\(grouped) \(self == 1 ? one : many ?? one + "s")"
    }
}

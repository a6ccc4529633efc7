import Foundation

/// Numbers as people read them.
enum Figures {
    /// Bytes with a binary unit, for example `12.4 MiB`.
    static func bytes(_ value: Int) -> String {
        var amount = Double(value)
        for unit in ["B", "KiB", "MiB"] {
            if amount < 1024 { return unit == "B" ? "\(value) B" : String(format: "%.1f %@", amount, unit) }
            amount /= 1024
        }
        return String(format: "%.1f GiB", amount)
    }

    /// Seconds with one decimal, or minutes and seconds.
    static func duration(_ seconds: Double) -> String {
        guard seconds >= 60 else { return String(format: "%.1f s", seconds) }
        return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }

    /// The greatest resident memory of this process so far, in bytes (getrusage(2) counts it in KiB on Linux).
    static var peakMemory: Int {
        var usage = rusage()
        // 0 is RUSAGE_SELF; its Swift spelling differs between C libraries.
        getrusage(0, &usage)
        return Int(usage.ru_maxrss) * 1024
    }
}

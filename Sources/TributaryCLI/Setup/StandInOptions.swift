import ArgumentParser
import Tributary

/// Other servers that answer for origins of a source.
struct StandInOptions: ParsableArguments {
    @Option(
        name: .customLong("stand-in"),
        help: ArgumentHelp(
            "Let another server answer for an origin, such as one on this machine.",
            discussion: "The source asks as always, and a recording names the origin. May be given several times.",
            valueName: "origin=url"))
    var standIns: [String] = []

    func validate() throws { _ = try places() }

    /// Origins and who answers for them.
    ///
    /// - Throws: `ValidationError` for what is no pair of them.
    func places() throws -> [String: String] {
        try Dictionary(
            standIns.map { text in
                let sides = text.split(separator: "=", maxSplits: 1).map { side in
                    String(side.hasSuffix("/") ? side.dropLast() : side)
                }
                guard sides.count == 2, sides.allSatisfy({ $0.hasPrefix("http") }) else {
                    throw ValidationError(
                        "Reading --stand-in '\(text)': it is to be such as https://api.stripe.com=http://127.0.0.1:8420."
                    )
                }
                return (sides[0], sides[1])
            }
        ) { $1 }
    }
}

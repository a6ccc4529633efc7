/// A bug that a switch puts into a small correct source, so that a check can show that it catches it.
public struct SeededFault: Sendable, Hashable, CustomStringConvertible {
    /// Where the bug was seen.
    public enum Origin: String, Sendable, Codable {
        /// In a real connector: an entry of the catalogue of bugs, under the same name.
        case field
        /// Made up for a check that no catalogued bug is about.
        case kit
    }

    /// A kebab-case name, unique over all specimens.
    public let name: String
    /// What the source does wrong, in one sentence.
    public let story: String
    public let origin: Origin

    public init(_ name: String, _ story: String, _ origin: Origin) {
        self.name = name
        self.story = story
        self.origin = origin
    }

    public var description: String { name }
}

extension SeededFault {
    /// The faults of all specimens.
    public static var all: [SeededFault] { Specimen.all.flatMap(\.faults) }

    /// The fault of this name.
    public static func named(_ name: String) -> SeededFault? { all.first { $0.name == name } }
}

import Columns

/// The sources that a program knows, in order.
///
/// A registry is an explicit list: whoever looks for a source finds it in one file. Two sources of one type are an
/// author's mistake, told by ``validate()`` at start and by every look-up of that type.
public struct SourceRegistry: Sendable {
    /// Two Swift types that claim one type identifier.
    public struct Duplicate: Hashable, Sendable {
        /// The type identifier, such as `Stripe`.
        public var type: String
        /// The names of the Swift types, in the order of the list.
        public var swiftTypes: [String]
    }

    /// The sources in the order in which they were listed; of duplicates the first.
    public let sources: [AnySource]
    /// Type identifiers that were listed more than once, compared without regard to case.
    public let duplicates: [Duplicate]
    private let listed: [any Source.Type]

    /// A registry of sources in order. Nothing is checked here: see ``validate()``.
    public init(_ listed: [any Source.Type]) {
        var sources: [AnySource] = []
        var swiftTypes: [String: [String]] = [:]
        for type in listed {
            let source = AnySource(type)
            let key = source.description.type.lowercased()
            if swiftTypes[key] == nil { sources.append(source) }
            swiftTypes[key, default: []].append(source.swiftType)
        }
        self.listed = listed
        self.sources = sources
        duplicates = sources.compactMap { source in
            let names = swiftTypes[source.description.type.lowercased()] ?? []
            return names.count > 1 ? Duplicate(type: source.description.type, swiftTypes: names) : nil
        }
    }

    /// The same registry with one more source at its end.
    public func adding(_ source: any Source.Type) -> SourceRegistry { SourceRegistry(listed + [source]) }

    /// The type identifiers in order.
    public var types: [String] { sources.map(\.description.type) }

    /// Checks that every type identifier is listed once.
    ///
    /// - Throws: `SourceError` of kind `duplicateSource` that names all Swift types concerned.
    public func validate() throws {
        if let first = duplicates.first { throw Self.error(for: first) }
    }

    /// The source of a type; its case does not matter.
    ///
    /// - Throws: `SourceError` of kind `unknownSource`, with the nearest type there is, or `duplicateSource`.
    public func source(_ type: String) throws -> AnySource {
        let wanted = type.lowercased()
        if let duplicate = duplicates.first(where: { $0.type.lowercased() == wanted }) {
            throw Self.error(for: duplicate)
        }
        if let source = sources.first(where: { $0.description.type.lowercased() == wanted }) { return source }
        throw SourceError(
            .unknownSource, "Looking for the source '\(type)': there is none.",
            advice: NearestName.advice(for: type, among: types))
    }

    private static func error(for duplicate: Duplicate) -> SourceError {
        let names = duplicate.swiftTypes.joined(separator: " and ")
        return SourceError(
            .duplicateSource, "Registering sources: the type '\(duplicate.type)' is claimed by \(names).",
            advice: "Give each source a type of its own; a type that is in use must keep its name.")
    }
}

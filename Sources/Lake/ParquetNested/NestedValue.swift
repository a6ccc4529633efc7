import Columns

/// A value with structure: what the rows of a Delta checkpoint are made of.
///
/// Made for files of some thousands of rows, where clarity counts more than speed. Tables of the lake have none.
public indirect enum NestedValue: Hashable, Sendable {
    case null
    /// A value without parts; never `Value.null`.
    case scalar(Value)
    /// Fields by name; one that is missing is null.
    case structure([String: NestedValue])
    case list([NestedValue])
    case map([NestedEntry])
}

/// One entry of a map.
public struct NestedEntry: Hashable, Sendable {
    public var key: NestedValue
    public var value: NestedValue

    public init(key: NestedValue, value: NestedValue) {
        self.key = key
        self.value = value
    }
}

extension NestedValue {
    /// Text, or null.
    public static func string(_ value: String?) -> NestedValue { value.map { .scalar(.string($0)) } ?? .null }

    /// A whole number, or null.
    public static func int(_ value: Int64?) -> NestedValue { value.map { .scalar(.int($0)) } ?? .null }

    /// A boolean, or null.
    public static func bool(_ value: Bool?) -> NestedValue { value.map { .scalar(.bool($0)) } ?? .null }

    /// A map of text to text or null, in the order of its keys; for example a file's partition values.
    public static func map(_ values: [String: String?]) -> NestedValue {
        .map(values.sorted { $0.key < $1.key }.map { NestedEntry(key: .string($0.key), value: .string($0.value)) })
    }

    /// The field called `name`; null where there is none, or no structure.
    public subscript(name: String) -> NestedValue {
        if case .structure(let fields) = self { fields[name] ?? .null } else { .null }
    }

    public var isNull: Bool { self == .null }

    /// The text, where it is text.
    public var string: String? { if case .scalar(.string(let value)) = self { value } else { nil } }

    /// The number, where it is a whole one.
    public var int: Int64? { if case .scalar(.int(let value)) = self { value } else { nil } }

    /// The truth value, where it is one.
    public var bool: Bool? { if case .scalar(.bool(let value)) = self { value } else { nil } }

    /// The elements, where it is a list.
    public var elements: [NestedValue]? { if case .list(let value) = self { value } else { nil } }

    /// The entries, where it is a map.
    public var entries: [NestedEntry]? { if case .map(let value) = self { value } else { nil } }
}

/// The type of a value with structure.
public indirect enum NestedType: Hashable, Sendable {
    case scalar(ColumnType)
    case structure([NestedField])
    /// A list whose elements may be null.
    case list(NestedType)
    /// A map; keys are never null, values may be.
    case map(key: ColumnType, value: NestedType)
}

/// A named part of a structure, or a column of a file.
public struct NestedField: Hashable, Sendable {
    public var name: String
    public var type: NestedType
    public var isNullable: Bool

    public init(_ name: String, _ type: NestedType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

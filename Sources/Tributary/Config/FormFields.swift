import Columns

/// A typed config whose one declaration gives values, parsing, the form and its JSON Schema.
public protocol FormFields: Sendable {
    init()
}

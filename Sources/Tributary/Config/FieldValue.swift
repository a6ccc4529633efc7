import Columns
import Foundation

/// A type that an ``Input`` can hold.
public protocol FieldValue: Sendable {
    /// What a user may write, for messages: `a whole number`.
    static var accepted: String { get }
    /// How a front end draws it unless the field says otherwise.
    static var style: InputStyle { get }
    /// The type in JSON Schema.
    static var schema: JSONObject { get }
    /// What an absent value means; nil makes the field required.
    static var absent: Self? { get }
    static var isSecret: Bool { get }
    /// The value of stored JSON whose text is trimmed already; nil when it is not acceptable.
    static func read(_ stored: JSONValue) -> Self?
    /// The stored form; nil when the value is an absent one.
    var storedValue: JSONValue? { get }
    /// The secret that the value is.
    var secret: Secret? { get }
}

extension FieldValue {
    public static var style: InputStyle { .text }
    public static var absent: Self? { nil }
    public static var isSecret: Bool { false }
    public var secret: Secret? { nil }
}

/// How an input is drawn.
public enum InputStyle: String, Hashable, Sendable, Codable, CaseIterable {
    case text, email, search, url, password, time, number
    /// Several lines; blanks at either end are kept, for a key's last line break counts.
    case textarea

    var fieldType: FormField.FieldType { FormField.FieldType(rawValue: rawValue) ?? .text }
}

extension String: FieldValue {
    public static var accepted: String { "text" }
    public static var schema: JSONObject { JSONObject([("type", "string")]) }
    public static func read(_ stored: JSONValue) -> String? {
        switch stored {
        case .string(let text): text
        case .number(let number): number.text
        default: nil
        }
    }
    public var storedValue: JSONValue? { .string(self) }
}

extension Secret: FieldValue {
    public static var accepted: String { "text" }
    public static var style: InputStyle { .password }
    public static var schema: JSONObject {
        JSONObject([("type", "string"), ("format", "password"), ("writeOnly", true)])
    }
    public static var isSecret: Bool { true }
    public static func read(_ stored: JSONValue) -> Secret? { String.read(stored).map { Secret($0) } }
    public var storedValue: JSONValue? { .string(revealed) }
    public var secret: Secret? { self }
}

extension Int: FieldValue {
    public static var accepted: String { "a whole number" }
    public static var style: InputStyle { .number }
    public static var schema: JSONObject { JSONObject([("type", "integer")]) }
    public static func read(_ stored: JSONValue) -> Int? {
        switch stored {
        case .string(let text): Int(text)
        case .number(let number): Int(number.text) ?? number.double.flatMap { Int(exactly: $0) }
        default: nil
        }
    }
    public var storedValue: JSONValue? { .number(JSONNumber(Int64(self))) }
}

extension Double: FieldValue {
    public static var accepted: String { "a number" }
    public static var style: InputStyle { .number }
    public static var schema: JSONObject { JSONObject([("type", "number")]) }
    public static func read(_ stored: JSONValue) -> Double? {
        let value: Double? =
            switch stored {
            case .string(let text): Double(text)
            case .number(let number): number.double
            default: nil
            }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
    public var storedValue: JSONValue? { .number(JSONNumber(self)) }
}

extension Bool: FieldValue {
    public static var accepted: String { "true, yes, 1 or on; false, no, 0 or off" }
    public static var schema: JSONObject { JSONObject([("type", "boolean")]) }
    public static func read(_ stored: JSONValue) -> Bool? {
        let text: String
        switch stored {
        case .bool(let value): return value
        case .string(let value): text = value.lowercased()
        case .number(let number): text = number.text
        default: return nil
        }
        if ["true", "yes", "1", "on"].contains(text) { return true }
        return ["false", "no", "0", "off", ""].contains(text) ? false : nil
    }
    public var storedValue: JSONValue? { .bool(self) }
}

extension Date: FieldValue {
    public static var accepted: String { "a date such as 2026-01-31, or a time such as 2026-01-31T09:00:00Z" }
    public static var schema: JSONObject {
        JSONObject([("type", "string"), ("anyOf", [["format": "date"], ["format": "date-time"]])])
    }
    public static func read(_ stored: JSONValue) -> Date? {
        guard let text = stored.string else { return nil }
        let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        if text.utf8.count == 10 { return try? day.parse(text) }
        let seconds = Date.ISO8601FormatStyle(timeZone: .gmt)
        let fractions = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)
        return (try? seconds.parse(text)) ?? (try? fractions.parse(text))
    }
    public var storedValue: JSONValue? {
        .string(formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)))
    }
}

extension URL: FieldValue {
    public static var accepted: String { "an address such as https://example.com/path" }
    public static var style: InputStyle { .url }
    public static var schema: JSONObject { JSONObject([("type", "string"), ("format", "uri")]) }
    public static func read(_ stored: JSONValue) -> URL? {
        guard let text = stored.string, let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host(), !host.isEmpty, url.user() == nil,
            url.password() == nil
        else { return nil }
        return url
    }
    public var storedValue: JSONValue? { .string(absoluteString) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    public static var accepted: String { Wrapped.accepted }
    public static var style: InputStyle { Wrapped.style }
    public static var schema: JSONObject { Wrapped.schema }
    public static var absent: Wrapped?? { .some(nil) }
    public static var isSecret: Bool { Wrapped.isSecret }
    public static func read(_ stored: JSONValue) -> Wrapped?? { Wrapped.read(stored).map { .some($0) } }
    public var storedValue: JSONValue? { self?.storedValue }
    public var secret: Secret? { self?.secret }
}

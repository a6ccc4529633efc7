import Columns

/// The members of an object of the log, read with the place of what is wrong.
struct LogMembers {
    let object: JSONObject
    /// The names on the way to the object.
    let place: [String]

    /// What is wrong with a member.
    struct Problem: Error, CustomStringConvertible {
        var place: [String]
        var text: String
        var description: String { place.isEmpty ? text : "in \(place.joined(separator: ".")), \(text)" }

        static func otherType(_ place: [String]) -> Problem {
            Problem(place: place, text: "a value of another type stands there")
        }
    }

    init(_ value: JSONValue, place: [String] = []) throws(Problem) {
        guard let object = value.object else { throw .otherType(place) }
        self.object = object
        self.place = place
    }

    /// A member that must be there.
    func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(Problem) -> Value {
        guard let value = try optional(name, read) else {
            throw Problem(place: place, text: "the member \(name) is missing")
        }
        return value
    }

    /// A member that may be missing, or null.
    func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(Problem) -> Value? {
        guard let member = object[name], !member.isNull else { return nil }
        guard let value = read(member) else { throw .otherType(place + [name]) }
        return value
    }

    /// An object that must be there, read by its own members.
    func required<Value>(
        object name: String, _ read: (LogMembers) throws(Problem) -> Value
    ) throws(Problem) -> Value {
        guard let value = try optional(object: name, read) else {
            throw Problem(place: place, text: "the member \(name) is missing")
        }
        return value
    }

    /// An object that may be missing, read by its own members.
    func optional<Value>(
        object name: String, _ read: (LogMembers) throws(Problem) -> Value
    ) throws(Problem) -> Value? {
        guard let member = object[name], !member.isNull else { return nil }
        return try read(LogMembers(member, place: place + [name]))
    }
}

// The types of members.
extension LogMembers {
    static func text(_ value: JSONValue) -> String? { value.string }
    static func flag(_ value: JSONValue) -> Bool? { value.bool }
    /// A whole number, also one that is spelled as `12.0`.
    static func number(_ value: JSONValue) -> Int64? { value.int64 ?? value.double.flatMap { Int64(exactly: $0) } }
    static func count(_ value: JSONValue) -> Int? { number(value).map { Int($0) } }

    static func texts(_ value: JSONValue) -> [String]? {
        guard let array = value.array else { return nil }
        let texts = array.compactMap(\.string)
        return texts.count == array.count ? texts : nil
    }

    static func textsByName(_ value: JSONValue) -> [String: String]? {
        optionalTextsByName(value).flatMap { texts in
            let present = texts.compactMapValues { $0 }
            return present.count == texts.count ? present : nil
        }
    }

    static func optionalTextsByName(_ value: JSONValue) -> [String: String?]? {
        guard let object = value.object else { return nil }
        var texts: [String: String?] = [:]
        texts.reserveCapacity(object.count)
        for member in object.members {
            guard member.value.isNull || member.value.string != nil else { return nil }
            texts.updateValue(member.value.string, forKey: member.name)
        }
        return texts
    }
}

extension JSONObject {
    /// Adds a member; nothing for nil.
    mutating func add(_ name: String, _ value: JSONValue?) { if let value { self[name] = value } }
    mutating func add(_ name: String, _ text: String?) { add(name, text.map(JSONValue.string)) }
    mutating func add(_ name: String, _ flag: Bool?) { add(name, flag.map(JSONValue.bool)) }
    mutating func add(_ name: String, _ number: (some BinaryInteger)?) {
        add(name, number.map { .number(JSONNumber(Int64($0))) })
    }
    mutating func add(_ name: String, _ texts: [String]?) { add(name, texts.map { .array($0.map(JSONValue.string)) }) }
    mutating func add(_ name: String, _ texts: [String: String?]?) {
        add(
            name,
            texts.map { texts in .object(JSONObject(texts.map { ($0.key, $0.value.map(JSONValue.string) ?? .null) })) })
    }
}

import Columns
import Foundation
import Tributary

/// A value of a fixture's file together with where it stands, so that each error names file, place and problem.
package struct FixtureValue {
    package let value: JSONValue
    package let file: String
    /// Such as `states[1].clock`; empty for the whole document.
    package let path: String

    package init(value: JSONValue, file: String, path: String = "") {
        self.value = value
        self.file = file
        self.path = path
    }

    /// Reads a file of the fixture.
    package static func read(_ url: URL, named file: String) throws -> FixtureValue {
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw SourceError.fixture(file: file, at: nil, "there is no such file, or it cannot be read")
        }
        return FixtureValue(value: try StrictJSON.parse([UInt8](data), file: file), file: file, path: "")
    }

    package func fail(_ problem: String) -> SourceError {
        .fixture(file: file, at: path.isEmpty ? nil : path, problem)
    }

    /// The member, which must be there.
    package func member(_ name: String) throws -> FixtureValue {
        guard let member = try optional(name) else { throw fail("the member \"\(name)\" is missing") }
        return member
    }

    /// The member; nil when it is absent or null.
    package func optional(_ name: String) throws -> FixtureValue? {
        guard let object = value.object else { throw wrongType("an object") }
        guard let member = object[name], !member.isNull else { return nil }
        return inner(name, member)
    }

    package func string() throws -> String {
        guard let string = value.string else { throw wrongType("text") }
        return string
    }

    package func int() throws -> Int {
        guard let number = value.int64, let int = Int(exactly: number) else { throw wrongType("an integer") }
        return int
    }

    package func bool() throws -> Bool {
        guard let bool = value.bool else { throw wrongType("true or false") }
        return bool
    }

    package func array() throws -> [FixtureValue] {
        guard let array = value.array else { throw wrongType("an array") }
        return array.enumerated().map { FixtureValue(value: $1, file: file, path: "\(path)[\($0)]") }
    }

    /// The members in order.
    package func members() throws -> [(name: String, value: FixtureValue)] {
        guard let object = value.object else { throw wrongType("an object") }
        return object.members.map { ($0.name, inner($0.name, $0.value)) }
    }

    /// A list of texts; one text alone counts as a list of one.
    package func strings() throws -> [String] {
        if let string = value.string { return [string] }
        return try array().map { try $0.string() }
    }

    /// A moment as RFC 3339 spells it, in microseconds since 1970.
    func moment() throws -> Int64 {
        let text = try string()
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw fail("a moment such as 2025-06-01T00:00:00Z should be here, not \"\(text)\"")
        }
        return Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }

    /// One of a closed set of words.
    package func choice<Choice: RawRepresentable & CaseIterable>() throws -> Choice where Choice.RawValue == String {
        let text = try string()
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw fail("\"\(text)\" is none of \(known)")
        }
        return choice
    }

    /// Refuses members that nobody reads, since a typing error would pass unseen. Names with `_` in front are free.
    package func allowOnly(_ known: Set<String>) throws {
        guard let object = value.object else { throw wrongType("an object") }
        for member in object.members where !known.contains(member.name) && !member.name.hasPrefix("_") {
            throw inner(member.name, member.value).fail(
                "there is no member \"\(member.name)\"; known are \(known.sorted().joined(separator: ", "))")
        }
    }

    private func inner(_ name: String, _ value: JSONValue) -> FixtureValue {
        FixtureValue(value: value, file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }

    private func wrongType(_ wanted: String) -> SourceError { fail("\(wanted) should be here, not \(value.kind)") }
}

import TestSupport
import Testing
import Tributary

@Suite("A config, stored and read back")
struct ConfigRoundTripTests {
    @Test("is the same, whatever is in it", arguments: 0..<200)
    func roundTrip(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let stored = Self.config(&random)
        let once = try QuayConfig.parse(stored).stored
        let twice = try QuayConfig.parse(try JSONValue(parsing: once.text)).stored
        #expect(once == twice, "seed \(seed)")
        for member in stored.object?.members ?? [] where member.name != "region" {
            #expect(once[member.name] == member.value, "seed \(seed): \(member.name)")
        }
    }

    @Test("is the same when its groups are given flat", arguments: 0..<100)
    func flat(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let stored = Self.config(&random)
        let flattened = JSONValue.object(Self.flattened(stored.object ?? JSONObject(), into: ""))
        #expect(try QuayConfig.parse(flattened).stored == QuayConfig.parse(stored).stored, "seed \(seed)")
    }

    @Test("never stops the program, whatever is stored", arguments: 0..<300)
    func anything(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let values: [JSONValue] = [
            nil, true, -1, 1.5, "", "x", "api_key", [], ["a"], [:], ["selection": "user"], ["enabled": "yes"],
            ["selection": nil],
            ["enabled": true, "auth": ["selection": []]],
        ]
        var object = QuayConfig.full.object ?? JSONObject()
        for name in object.names where random.oneIn(3) { object[name] = random.pick(values) }
        do {
            _ = try QuayConfig.parse(.object(object)).stored
        } catch {
            #expect(error is ConfigError, "seed \(seed)")
        }
    }

    /// A config in the form in which it is stored, with some of the optional fields.
    private static func config(_ random: inout SeededGenerator) -> JSONValue {
        var object = QuayConfig.full.object ?? JSONObject()
        for name in [
            "ratio", "since", "website", "contact", "notes", "version", "login", "line", "certificate", "settings",
        ]
        where random.oneIn(2) { object[name] = nil }
        if random.oneIn(2) { object["history"] = ["enabled": false] }
        if random.oneIn(2) { object["ssh_tunnel"] = ["enabled": false] }
        if random.oneIn(2) { object["kinds"] = [] }
        object["authentication"] = random.pick([
            ["selection": "none"], ["selection": "api_key", "api_key": .string(text(&random))],
            ["selection": "user", "user": .string(text(&random)), "user_password": .string(text(&random))],
        ])
        object["port"] = .number(JSONNumber(Int64.random(in: 1...65_535, using: &random)))
        object["password"] = .string(text(&random))
        return .object(object)
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "Z", "9", "é", "中", "😀", "\"", "\\", "{", "}", "=", "%", "'", "/"]
        return "t" + String((0..<Int.random(in: 1...12, using: &random)).map { _ in random.pick(letters) })
    }

    private static func flattened(_ object: JSONObject, into prefix: String) -> JSONObject {
        var flat = JSONObject()
        for member in object.members {
            let name = prefix + member.name
            if let inner = member.value.object, member.name != "settings" {
                for member in flattened(inner, into: name + "_").members { flat[member.name] = member.value }
            } else {
                flat[name] = member.value
            }
        }
        return flat
    }
}

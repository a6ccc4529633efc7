import Columns
import Testing

@testable import Conformance

@Suite struct DriftTests {
    private func drifts(_ old: String, _ new: String) throws -> [String: Drift.Tier] {
        var shapes = [Shape(), Shape()]
        shapes[0].add(try JSONValue(parsing: Array(old.utf8)))
        shapes[1].add(try JSONValue(parsing: Array(new.utf8)))
        let found = Drift.between(shapes[0], shapes[1], table: "orders", needed: ["id", "updated", "owner.id"])
        return Dictionary(found.map { ($0.place, $0.tier) }) { first, _ in first }
    }

    @Test("values are no drift, types are an error, members by their use")
    func tiers() throws {
        let old = #"{"data": [{"id": 1, "updated": "2026-01-01T00:00:00Z", "sum": 1, "note": null, "tag": "a"}]}"#
        #expect(
            try drifts(
                old, #"{"data": [{"id": 9, "updated": "2027-01-01T00:00:00Z", "sum": 2, "note": "x", "tag": "b"}]}"#
            ).isEmpty)
        let found = try drifts(old, #"{"data": [{"id": "x", "sum": 2, "note": null, "fresh": true}]}"#)
        #expect(
            found == [
                "data[].id": .error, "data[].updated": .error, "data[].tag": .warning, "data[].fresh": .info,
            ])
    }

    @Test("a nested key is what the source reads by, and another member of its name is not")
    func nested() throws {
        let found = try drifts(
            #"{"data": [{"id": 1, "owner": {"id": 2, "name": "a"}, "rider": {"name": "b"}}]}"#,
            #"{"data": [{"id": 1, "owner": {"name": "a"}, "rider": {"age": 3}}]}"#)
        #expect(found == ["data[].owner.id": .error, "data[].rider.name": .warning, "data[].rider.age": .info])
    }

    @Test("of an empty list nothing is known")
    func empty() throws {
        #expect(try drifts(#"{"data": [{"id": 1}]}"#, #"{"data": []}"#).isEmpty)
    }
}

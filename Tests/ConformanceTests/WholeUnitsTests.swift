import Columns
import Testing

@testable import Conformance

/// Filters of upstreams that count in seconds or days.
@Suite struct WholeUnitsTests {
    private func within(
        _ at: String, _ comparison: ModelDeclaration.Filter.Comparison, _ bound: String,
        _ unit: ModelDeclaration.Filter.Whole?
    ) -> Bool {
        var filter = ModelDeclaration.Filter(parameter: "to", field: "at", comparison: comparison)
        filter.wholes = unit
        return ModelOrder.satisfies(["at": .string(at)], filter, bound: bound)
    }

    @Test("a day that is named takes in, or leaves out, all of it")
    func days() {
        for at in ["2025-01-31T00:00:00Z", "2025-01-31T12:30:00Z", "2025-01-31T23:59:59.999999Z"] {
            #expect(within(at, .lessOrEqual, "2025-01-31", .days))
            #expect(within(at, .greaterOrEqual, "2025-01-31", .days))
            #expect(!within(at, .less, "2025-01-31", .days))
            #expect(!within(at, .greater, "2025-01-31", .days))
        }
        #expect(!within("2025-01-31T12:30:00Z", .lessOrEqual, "2025-01-31", nil))
        #expect(!within("2025-02-01T00:00:00Z", .lessOrEqual, "2025-01-31", .days))
        #expect(within("1969-12-31T18:00:00Z", .lessOrEqual, "1969-12-31", .days))
        #expect(!within("1970-01-01T00:00:00Z", .lessOrEqual, "1969-12-31", .days))
    }

    @Test("parts of a second count for nothing where whole ones are compared")
    func seconds() {
        #expect(within("2025-01-31T12:30:00.9Z", .lessOrEqual, "2025-01-31T12:30:00Z", .seconds))
        #expect(!within("2025-01-31T12:30:00.9Z", .lessOrEqual, "2025-01-31T12:30:00Z", nil))
        #expect(!within("2025-01-31T12:30:01Z", .lessOrEqual, "2025-01-31T12:30:00.9Z", .seconds))
        #expect(within("1969-12-31T23:59:58.5Z", .lessOrEqual, "1969-12-31T23:59:58Z", .seconds))
    }
}

import Cassettes
import Columns
import Foundation
import Testing
import Tributary

@testable import Conformance

/// An upstream that counts in days, and takes in the day that a window ends with.
@Suite(.timeLimit(.minutes(2))) struct DayWindowsTests {
    private static let days = [
        ("2025-03-02", "2025-03-01"), ("2025-03-03", "2025-03-02"), ("2025-03-04", "2025-03-03"),
    ]

    private func verdicts(_ source: AnySource, countsDays: Bool) async throws -> [String] {
        var fixture = AlmanacFixture.clean
        var model = try #require(fixture.documents["model.json"]?.text)
        let open = #"{"parameter":"until","field":"at","comparison":"<"}"#
        #expect(model.contains(open))
        model = model.replacing(
            open, with: #"{"parameter":"to","field":"at","comparison":"<=","wholeDays":\#(countsDays)}"#)
        fixture.documents["model.json"] = try JSONValue(parsing: Array(model.utf8))
        var recording = try #require(fixture.documents["t0.har"]?.text)
        for (next, last) in Self.days { recording = recording.replacing("until=\(next)T00:00:00Z", with: "to=\(last)") }
        fixture.documents["t0.har"] = try JSONValue(parsing: Array(recording.utf8))
        let written = try fixture.written()
        let results = try await Material.results(
            source, written.scenario.folder, checks: ["read-windows-cover-history"])
        return results.filter { $0.item.table == "visits" }.map(\.verdict.name)
    }

    @Test("windows that end with a whole day leave nothing out where the model counts days")
    func whole() async throws {
        #expect(try await verdicts(AnySource(DayWindowSource.self), countsDays: true) == ["passed"])
        #expect(try await verdicts(AnySource(DayWindowSource.self), countsDays: false) == ["failed"])
    }

    @Test("windows that leave a day out do so by any count")
    func gaps() async throws {
        #expect(try await verdicts(AnySource(GappedWindowSource.self), countsDays: true) == ["failed"])
    }
}

/// The almanac, whose windows end with a day and take it in.
private struct DayWindowSource: DayWindowReading { static let step: Int64 = 1 }

/// The same, which ends each window a day early.
private struct GappedWindowSource: DayWindowReading { static let step: Int64 = 2 }

private protocol DayWindowReading: DerivedSource where Original == AlmanacSource {
    /// How many days before the next window a window ends.
    static var step: Int64 { get }
}

extension DayWindowReading {
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        var context = context
        context.http = RewritingClient(base: context.http) { $0.query = $0.query.map(Self.withLastDay) }
        return try await AlmanacSource().read(inputs, with: config, in: context)
    }

    /// A parameter; in place of a window's end the day that it ends with.
    private static func withLastDay(_ item: QueryItem) -> QueryItem {
        guard item.name == "until", case .plain(let text) = item.value, let end = TimestampParser.microseconds(text)
        else { return item }
        return QueryItem("to", String(CursorValue.timestamp(end - step * 86_400_000_000).storedText.prefix(10)))
    }
}

import Cassettes
import SourceCatalog
import Testing
import Tributary

@testable import Conformance

/// Tables that are read in one way share the moments of their runs, and none is left out.
@Suite struct ReadFormTests {
    @Test("tables of one form are counted up, and each other form begins anew")
    func places() throws {
        let scenario = try Material.scenario("stripe/nested")
        let memo = ScenarioMemo(scenario)
        let model = try memo.model()
        let schemas = scenario.manifest.schemas
        let forms = Dictionary(grouping: schemas) { ReadForm($0, model) }
        #expect(forms.count > 1 && forms.count < schemas.count)
        for alike in forms.values {
            #expect(try alike.map { try memo.placeAmongAlike($0.name) } == Array(alike.indices))
        }
    }

    @Test("the model.json of a database names its engine, and no lists that could make forms")
    func database() throws {
        let written = try DepotFixture.clean.written()
        let memo = ScenarioMemo(written.scenario)
        let places = try written.scenario.manifest.schemas.map { try memo.placeAmongAlike($0.name) }
        #expect(places.contains(0))
    }

    @Test("what a table is followed by, and how it is listed, make its form")
    func forms() throws {
        let scenario = try Material.scenario("stripe/billing")
        let model = try ScenarioMemo(scenario).model()
        let schema = try #require(scenario.manifest.schemas.first { $0.mode == .incremental })
        var other = schema
        #expect(ReadForm(other, model) == ReadForm(schema, model))
        other.sortMode = schema.sortMode == .descending ? .ascending : .descending
        #expect(ReadForm(other, model) != ReadForm(schema, model))
        other = schema
        other.mode = .fullRefresh
        #expect(ReadForm(other, model) != ReadForm(schema, model))
        #expect(ReadForm(schema, nil) != ReadForm(schema, model))
    }

    @Test("a later table of a form suffers each fault, at fewer requests; in the profile hostile, at all")
    func faults() async throws {
        let scenario = try Material.scenario("stripe/billing")
        let memo = ScenarioMemo(scenario)
        let model = try memo.model()
        let first = try #require(scenario.manifest.schemas.first { $0.mode == .incremental })
        let later = try #require(
            scenario.manifest.schemas.first {
                try memo.placeAmongAlike($0.name) == 1 && ReadForm($0, model) == ReadForm(first, model)
            })
        let faults = [400, 401, 403, 404, 410].map { WireFault.refusal($0) }
        func struck(_ schema: Manifest.Schema, _ profile: Profile) async throws -> [String] {
            let input = CheckCase(
                source: try SourceRegistry.builtIn.source("stripe"), memo: memo, schema: schema, seed: 1,
                profile: profile, stack: Material.stack)
            let places = Lock<[String]>([])
            _ = try await StormBench.judging(input) { weather in
                try await weather.first(of: faults, limit: 3) { fault, read in
                    places.withLock { $0.append("\(read.name): \(fault.place)") }
                    return []
                }
            }
            return places.withLock { $0 }
        }
        let (all, some) = (try await struck(first, .full), try await struck(later, .full))
        #expect(all.count > some.count)
        for fault in faults {
            #expect(some.contains { $0.hasPrefix("full read") && $0.contains(fault.what) })
        }
        #expect(some.contains { $0.hasPrefix("increment") })
        #expect(try await struck(later, .hostile).count > some.count)
    }

    @Test("the moments of a later table are the first, the last and one between, another for each table")
    func moments() async throws {
        let memo = ScenarioMemo(try Material.scenario("stripe/billing"))
        let bench = { (place: Int, profile: Profile) in
            let schema = try #require(
                memo.scenario.manifest.schemas.first { try memo.placeAmongAlike($0.name) == place })
            return try await Bench.make(
                CheckCase(
                    source: try SourceRegistry.builtIn.source("stripe"), memo: memo, schema: schema, seed: 1,
                    profile: profile, stack: Material.stack))
        }
        let all = Array(0..<10)
        #expect(try await bench(0, .full).spread(all) == all)
        #expect(try await bench(1, .full).spread(all) == [0, 6, 9])
        #expect(try await bench(2, .full).spread(all) == [0, 3, 9])
        #expect(try await bench(1, .full).spread(Array(0..<3)) == [0, 1, 2])
        #expect(try await bench(1, .full).spread(all, most: 2) == [0, 9])
        #expect(try await bench(1, .hostile).spread(all) == all)
    }
}

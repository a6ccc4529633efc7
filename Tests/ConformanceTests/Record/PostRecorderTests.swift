import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records APIs that are asked by POST: the page's position and size are members of the body.
@Suite(.timeLimit(.minutes(5))) struct PostRecorderTests {
    @Test("a search by POST is recorded in small pages, and its model pages by members of the body")
    func search() async throws {
        let room = try TemporaryFolder("search")
        let source = AnySource(SearchSource.self)
        let sizes = Lock<[Int]>([])
        let outcome = try await Recorder.testing(PostService.search(12, sizes: sizes), room.url, of: source)
            .run()
        #expect(outcome.tables.map(\.isModelled) == [true], "\(outcome.notes)")
        #expect(sizes.withLock { $0.max() } == 5)
        let folder = room.file("search/lists")
        let endpoint = try #require(try ModelDeclaration(of: Scenario(at: folder))?.endpoints.first)
        #expect(endpoint.page.style == .cursor && endpoint.page.parameter == "page_token")
        #expect(endpoint.page.sizeParameter == "max_results")
        #expect(endpoint.filters.map(\.parameter) == ["since"])
        #expect(endpoint.envelope["next_page_token"]?.string == "$next?")
        let kit = try await LongRecorderTests.bad(source, folder)
        #expect(kit.bad.isEmpty, "\(kit.bad.joined(separator: "\n"))")
        #expect(kit.passed.isSuperset(of: ["perf-requests-minimal", "fixture-trim-keeps-boundaries"]))
    }

    @Test("a GraphQL query stays as it is, and two tables of one path are modelled apart")
    func graph() async throws {
        let room = try TemporaryFolder("graph")
        let source = AnySource(GraphSource.self)
        let outcome = try await Recorder.testing(PostService.graph(12), room.url, of: source).run()
        #expect(outcome.tables.map(\.isModelled) == [true, true], "\(outcome.notes)")
        let folder = room.file("graph/lists")
        let scenario = try Scenario(at: folder)
        let sent = try scenario.exchanges(state: "t0").map { String(decoding: $0.requestBody, as: UTF8.self) }
        #expect(sent.contains { $0.contains("query List($first: Int!, $after: String) { jobs(first: $first") })
        #expect(scenario.manifest.document["limits"]?["readOnlyPaths"]?.array == ["/graphql"])
        let model = try #require(try ModelDeclaration(of: scenario))
        #expect(model.endpoints.map(\.page.parameter) == ["variables.after", "variables.after"])
        #expect(model.endpoints.allSatisfy { $0.when["query"]?.isEmpty == false })
        let kit = try await LongRecorderTests.bad(source, folder)
        #expect(kit.bad.isEmpty, "\(kit.bad.joined(separator: "\n"))")
        #expect(kit.passed.contains("credentials-validation-cheap-and-read-only"))
    }

    @Test("GraphQL with times of fractions, keys that lead on, and children of a variable passes the kit")
    func builds() async throws {
        let room = try TemporaryFolder("builds")
        let source = AnySource(BuildSource.self)
        let outcome = try await Recorder.testing(BuildService.client(13), room.url, of: source).run()
        #expect(outcome.tables.map(\.isModelled) == [true, true], "\(outcome.notes)")
        let folder = room.file("builds/lists")
        let model = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        let builds = try #require(model.endpoints.first { $0.collection == "builds" })
        #expect(builds.page.style == .lastKey && builds.page.endsWithEmptyPage)
        #expect(builds.order.map(\.field) == ["creationTime"])
        #expect(model.collection("builds")?.cursorFormat == .epochSeconds)
        #expect(model.collection("steps")?.parent?.names == ["build": "id"])
        let kit = try await LongRecorderTests.bad(source, folder)
        #expect(kit.bad.isEmpty, "\(kit.bad.joined(separator: "\n"))")
        #expect(kit.passed.isSuperset(of: ["schema-removed-column-tolerated", "watermark-precision-kept"]))
    }

    @Test("children whose parent is named in the body, and a bound within a text, are modelled and pass the kit")
    func children() async throws {
        let room = try TemporaryFolder("studies")
        let source = AnySource(StudySource.self)
        let outcome = try await Recorder.testing(StudyService(trials: [9, 3, 0, 4]).client, room.url, of: source).run()
        #expect(outcome.tables.map(\.isModelled) == [true, true], "\(outcome.notes)")
        let folder = room.file("studies/lists")
        let model = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        let trials = try #require(model.endpoints.first { $0.collection == "trials" })
        #expect(trials.when["study_ids"] == #"["{study_id}"]"#)
        #expect(trials.filters.map(\.template) == ["info.at >= {value}"])
        #expect(trials.filters.map(\.comparison) == [.greaterOrEqual])
        #expect(model.collection("trials")?.parent?.names == ["study_id": "id"])
        let kit = try await LongRecorderTests.bad(source, folder)
        #expect(kit.bad.isEmpty, "\(kit.bad.joined(separator: "\n"))")
        #expect(
            kit.passed.isSuperset(of: [
                "key-unique-across-parents", "watermark-split-equivalence", "fixture-trim-keeps-boundaries",
            ]))
    }
}

import Cassettes
import Foundation
import SourceCatalog
import Testing
import Tributary

@testable import Conformance

@Suite struct CanariesTests {
    private static let canaries = Canaries(["fake-secret-key-1", "postgres://reader:pw@db.example.com/shop"])

    @Test(
        "a secret is found whole, in another form, and in part",
        arguments: [
            "fake-secret-key-1", "the key ends in cret-key-1", "fake-secret-ke…", "with -secret-ke inside",
            "1-yek-terces-ekaf",
            "ZmFrZS1zZWNyZXQta2V5LTE=",
        ])
    func found(_ text: String) { #expect(Self.canaries.leak(in: text) != nil) }

    @Test("of a secret of the kit's own six letters are enough, and no form of it stays in a text that is shown")
    func strong() {
        let secret = StrongSecret.make(0)
        let canaries = Canaries([secret])
        #expect(secret == StrongSecret.make(0) && secret != StrongSecret.make(1))
        #expect(canaries.leak(in: "the key ends in \(secret.suffix(6))") != nil)
        #expect(canaries.leak(in: "the key …\(secret.suffix(5))") == nil)
        let composed = Data("reader:\(secret)".utf8).base64EncodedString()
        #expect(canaries.leak(in: "Basic \(composed)") != nil)
        #expect(!canaries.masked("\(secret) \(secret.prefix(10))").contains(secret.prefix(6)))
    }

    @Test(
        "where a model answers, a case gets secrets of the kit's own",
        arguments: [("stripe/billing", "charges"), ("github/repository", "tributary-demo/widgets.issues")])
    func strengthened(_ id: String, _ table: String) async throws {
        let input = try Self.input(id, table)
        let secrets = try await input.strengthened().canaries.secrets
        #expect(!secrets.isEmpty && secrets.allSatisfy(StrongSecret.isOne))
        #expect(secrets.count == input.canaries.secrets.count)
    }

    @Test(
        "the rows of a recording get a mark, and are read all the same",
        arguments: [("stripe/billing", "charges"), ("github/repository", "tributary-demo/widgets.issues")])
    func marks(_ id: String, _ table: String) async throws {
        let bench = MarkedRows.marked(try await Bench.make(try Self.input(id, table)))
        let rows = try #require(try await FairRead.modelled(bench).first?.image?.rows)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { row in row.values.values.contains { "\($0)".contains(MarkedRows.mark) } })
    }

    private static func input(_ id: String, _ table: String) throws -> CheckCase {
        let scenario = try Material.scenario(id)
        let name = String(id.prefix { $0 != "/" })
        return CheckCase(
            source: try SourceRegistry.builtIn.source(name), scenario: scenario,
            schema: scenario.manifest.schemas.first { $0.name == table }, seed: 1, profile: .full, stack: Material.stack
        )
    }

    @Test(
        "what a key or an address has in common with others is no leak",
        arguments: ["fake-se", "key-1", "connecting to db.example.com/shop", "reader"])
    func ordinary(_ text: String) { #expect(Self.canaries.leak(in: text) == nil) }
}

import Columns
import Tributary

/// What a fault bends in the ledger; by default nothing.
struct LedgerBend: Sendable {
    typealias Config = LedgerSource.Config

    /// What the source is handed, before it looks at it.
    var inputs: @Sendable (inout SourceInputs, _ context: SourceContext) -> Void = { _, _ in }
    var context: @Sendable (inout SourceContext, Config) -> Void = { _, _ in }
    var notes: @Sendable (inout RESTEndpoint) -> Void = { _ in }
    var payments: @Sendable (inout RESTEndpoint) -> Void = { _ in }
    /// The offered tables.
    var schemas: @Sendable (inout [SourceSchema], Config, SourceContext) async throws -> Void = { _, _, _ in }
    /// Replaces the client's arguments; nil leaves them.
    var actions: [ResponseAction] = []
    /// Replaces the client; nil leaves it.
    var client: (@Sendable (Config, SourceContext) throws -> RESTClient)?
    /// What is handed over.
    var response: @Sendable (inout SourceResponse, SourceInputs, Config, SourceContext) async throws -> Void = {
        _, _, _, _ in
    }
    /// Replaces the validation of credentials.
    var validate: (@Sendable (Config, SourceContext) async throws -> Void)?
    /// Another source altogether, for faults of declarations.
    var source: AnySource?
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
    var stack: @Sendable (@escaping HTTPStack) -> HTTPStack = { $0 }
    var runtime = LabRuntime()
}

/// A seeded fault of the ledger.
struct LedgerFault: Sendable {
    let fault: SeededFault
    let bend: LedgerBend

    init(_ name: String, _ story: String, _ origin: SeededFault.Origin, _ change: (inout LedgerBend) -> Void) {
        fault = SeededFault(name, story, origin)
        var bend = LedgerBend()
        change(&bend)
        self.bend = bend
    }

    static let all: [LedgerFault] = [
        reading,
        keys,
        types,
        watermarks,
        resume,
        runtime,
        partitions,
        memory,
        http,
        security,
        forms,
        discovery,
        fixtures,
        documentation,
        performance,
    ].flatMap { $0 }

    private static let byName = Dictionary(all.map { ($0.fault.name, $0.bend) }) { first, _ in first }

    /// What a fault bends; nothing for the clean twin.
    static func bend(_ name: String?) -> LedgerBend { name.flatMap { byName[$0] } ?? LedgerBend() }
}

extension Specimen {
    /// Two lists of fourteen with ties, nulls and ids in no order: notes oldest change first, payments newest first.
    static let ledger = Specimen(
        "ledger", faults: LedgerFault.all.map(\.fault),
        source: { LedgerFault.bend($0?.name).source ?? AnySource(LedgerSource.self) },
        fixture: { fault in
            var fixture = LedgerFixture.clean
            LedgerFault.bend(fault?.name).fixture(&fixture)
            return fixture
        },
        stack: { LedgerFault.bend($0?.name).stack($1) },
        runtime: { LedgerFault.bend($0?.name).runtime })
}

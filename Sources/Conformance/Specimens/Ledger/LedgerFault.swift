import Columns
import Tributary

/// What a fault bends in the ledger; by default nothing.
struct LedgerBend: SpecimenBend {
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
struct LedgerFault: SpecimenFault {
    let fault: SeededFault
    let bend: LedgerBend

    static let all: [LedgerFault] = [
        reading,
        keys,
        types,
        watermarks,
        history,
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

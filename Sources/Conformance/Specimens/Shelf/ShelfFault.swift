import Columns
import Tributary

/// What a fault bends in the shelf; by default nothing.
struct ShelfBend: SpecimenBend {
    /// What the REST layer is handed of the inputs.
    var inputs: @Sendable (inout SourceInputs) -> Void = { _ in }
    /// Each endpoint, to be told by its name.
    var endpoint: @Sendable (inout RESTEndpoint) -> Void = { _ in }
    /// Each offered table.
    var schema: @Sendable (inout SourceSchema) -> Void = { _ in }
    /// What is handed over.
    var response: @Sendable (inout SourceResponse, SourceInputs, RESTClient, SourceContext) async throws -> Void = {
        _, _, _, _ in
    }
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
    var runtime = LabRuntime()
}

/// A seeded fault of the shelf.
struct ShelfFault: SpecimenFault {
    let fault: SeededFault
    let bend: ShelfBend

    static let all: [ShelfFault] = [paging, columns, keys, types, partitions].flatMap { $0 }
}

extension Specimen {
    /// Eight lists of fourteen, each paged in another way.
    static let shelf = Specimen(
        "shelf", faults: ShelfFault.all.map(\.fault), source: { _ in AnySource(ShelfSource.self) },
        fixture: { fault in
            var fixture = ShelfFixture.clean
            ShelfFault.bend(fault?.name).fixture(&fixture)
            return fixture
        },
        runtime: { ShelfFault.bend($0?.name).runtime })
}

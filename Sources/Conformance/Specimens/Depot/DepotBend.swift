import Columns
import Tributary

/// What a fault bends in the depot; by default nothing.
struct DepotBend: SpecimenBend {
    var quote: @Sendable (String) -> String = { DatabaseEngine.sqlite.quoted($0) }
    /// What the catalogue says of a table.
    var catalogue: @Sendable (inout DepotTable) -> Void = { _ in }
    /// How a table is offered.
    var schema: @Sendable (DepotTable) -> SourceSchema = { $0.schema }
    /// What is connected to.
    var endpoint: @Sendable (inout DatabaseEndpoint) -> Void = { _ in }
    /// What a validation asks for, by the table that it is about.
    var validation: @Sendable (String?) -> String = { table in
        "SELECT 1 AS one" + (table.map { " FROM \(DatabaseEngine.sqlite.quoted($0)) WHERE 1 = 0" } ?? "")
    }
    /// Rows and bytes of a fetch.
    var fetchRows = 500
    var fetchBytes = 1 << 20
    /// What is told when a connection is asked for.
    var connecting: @Sendable (SourceContext, DatabaseEndpoint) -> Void = { _, _ in }
    /// What becomes of an error on its way out.
    var failure: @Sendable (any Error, DatabaseEndpoint) -> any Error = { error, _ in error }
    /// Whether ``failure`` is of statements as well, and not only of the connection.
    var blamesStatements = false
    /// What becomes of an error of a statement that reads rows.
    var blame: @Sendable (any Error, SQLStatement) -> any Error = { error, _ in error }
    /// Rows that came, as they are passed by.
    var passing: @Sendable (SourceContext, Table) throws -> Void = { _, _ in }
    /// Tables that are offered whether they are there or not.
    var listedBesides: [SourceSchema] = []
    /// Statements that are sent before a table is read.
    var preparation: @Sendable (any DatabaseConnection, DepotTable) async throws -> Void = { _, _ in }
    /// The lower bound of an increment, and of a first read that does not go back without limit.
    var bound: @Sendable (SourceInputs) -> CursorValue? = { $0.watermark.last ?? $0.historyStart }
    /// What the source is handed, before it looks at it.
    var inputs: @Sendable (inout SourceInputs) -> Void = { _ in }
    /// Whether rows without a cursor value are still to be read.
    var readsNulls: @Sendable (SourceInputs) -> Bool = { $0.isFirstRead }
    /// What a position of another read is taken for: the start of the table, or the end of it.
    var stranger: @Sendable (SourceError) throws -> DepotPosition.Stranger = { throw $0 }
    /// The rows that the config asks for, by their shelf.
    var onShelf: @Sendable (String) -> SQLCondition = { SQLCondition(text: "shelf = ?", parameters: [.string($0)]) }
    /// The statement of all pages.
    var page: @Sendable (inout DepotPage) -> Void = { _ in }
    /// The same, by the page's number.
    var turn: @Sendable (inout DepotPage, Int) -> Void = { _, _ in }
    /// The statement that counts.
    var count: @Sendable (inout DepotPage) -> Void = { _ in }
    /// The rows of a page, on their way out.
    var rows: @Sendable (Table, DepotPage, Int) throws -> Table = { table, _, _ in table }
    /// The position that goes with them.
    var token: @Sendable (DepotPosition, Table, DepotPage) -> ResumeToken = { position, _, _ in position.token }
    /// Whether the position holds what the connection was made with.
    var storesPassword = false
    var response: @Sendable (inout SourceResponse, DepotTable) -> Void = { _, _ in }
    /// Errors that are taken for the end of a result.
    var forgives: @Sendable (any Error) -> Bool = { _ in false }
    /// Replaces the whole read.
    var whole: (@Sendable (DepotReader, any DatabaseConnection, Emitter) async throws -> Void)?
    /// What comes after the read, on another connection.
    var afterwards: (@Sendable (DepotReader, any DatabaseConnection, Emitter) async throws -> Void)?
    var usesSnapshot = true
    var holdsAll = false
    var closesOnError = true
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
    var runtime = LabRuntime()
}

/// A seeded fault of the depot.
struct DepotFault: SpecimenFault {
    let fault: SeededFault
    let bend: DepotBend

    static let all: [DepotFault] = [statements, reading, values, lifecycle, tales, manners].flatMap { $0 }
}

extension Specimen {
    /// A file with four tables and a view, read in pages of four rows: what only databases can do wrong.
    static let depot = Specimen(
        "depot", faults: DepotFault.all.map(\.fault), source: { _ in AnySource(DepotSource.self) },
        fixture: { fault in
            var fixture = DepotFixture.clean
            DepotFault.bend(fault?.name).fixture(&fixture)
            return fixture
        },
        runtime: { DepotFault.bend($0?.name).runtime })
}

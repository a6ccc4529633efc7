import Columns
import Tributary

/// What a fault bends in the desk; by default nothing.
struct DeskBend: SpecimenBend {
    typealias Clean = DeskFields<Secret, PlainSize, String?>

    var validate: (@Sendable (DeskRun) async throws -> Void)?
    /// Replaces the validation for one table.
    var probe: (@Sendable (DeskRun, _ schema: String) async throws -> Void)?
    var schemas: (@Sendable (DeskRun) async throws -> [SourceSchema])?
    /// Nil reads as it should.
    var read: (@Sendable (DeskRun, SourceInputs) async throws -> SourceResponse?)?
    /// What is asked for by header, of what the form says.
    var view: @Sendable ([String]) -> [String] = { $0 }
    /// The source with another form.
    var source = AnySource(DeskSource<Clean>.self)
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
}

/// A seeded fault of the desk.
struct DeskFault: SpecimenFault {
    let fault: SeededFault
    let bend: DeskBend

    static let all: [DeskFault] = [forms, credentials, listings, fixtures].flatMap { $0 }
}

extension Specimen {
    /// Three tables that the upstream lists in two pages: five rows, three rows, none; a form with all kinds of defaults.
    static let desk = Specimen(
        "desk", faults: DeskFault.all.map(\.fault), source: { DeskFault.bend($0?.name).source },
        fixture: { fault in
            var fixture = DeskFixture.clean
            DeskFault.bend(fault?.name).fixture(&fixture)
            return fixture
        })
}

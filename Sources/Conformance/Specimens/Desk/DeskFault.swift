import Columns
import Tributary

/// What a fault bends in the desk; by default nothing.
struct DeskBend: Sendable {
    typealias Clean = DeskFields<Secret, PlainSize, String?>

    var validate: (@Sendable (DeskRun) async throws -> Void)?
    var schemas: (@Sendable (DeskRun) async throws -> [SourceSchema])?
    /// Nil reads as it should.
    var read: (@Sendable (DeskRun, SourceInputs) async throws -> SourceResponse?)?
    /// The source with another form.
    var source = AnySource(DeskSource<Clean>.self)
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
}

/// A seeded fault of the desk.
struct DeskFault: Sendable {
    let fault: SeededFault
    let bend: DeskBend

    init(_ name: String, _ story: String, _ origin: SeededFault.Origin = .kit, _ change: (inout DeskBend) -> Void) {
        fault = SeededFault(name, story, origin)
        var bend = DeskBend()
        change(&bend)
        self.bend = bend
    }

    static let all: [DeskFault] = [forms, credentials, listings, fixtures].flatMap { $0 }

    private static let byName = Dictionary(all.map { ($0.fault.name, $0.bend) }) { first, _ in first }

    static func bend(_ name: String?) -> DeskBend { name.flatMap { byName[$0] } ?? DeskBend() }
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

import Columns
import Tributary

/// A seeded fault of one family, with what it bends in the family's source, fixture or surroundings.
protocol SpecimenFault: Sendable {
    associatedtype Bend: SpecimenBend

    var fault: SeededFault { get }
    var bend: Bend { get }
    /// The faults of the family.
    static var all: [Self] { get }

    init(fault: SeededFault, bend: Bend)
}

/// What a fault may bend; one that is made without anything bends nothing, as in the clean twin.
protocol SpecimenBend: Sendable {
    init()
}

extension SpecimenFault {
    init(_ name: String, _ story: String, _ origin: SeededFault.Origin = .kit, _ change: (inout Bend) -> Void) {
        var bend = Bend()
        change(&bend)
        self.init(fault: SeededFault(name, story, origin), bend: bend)
    }

    /// What the fault of this name bends; nothing for the clean twin.
    static func bend(_ name: String?) -> Bend { all.first { $0.fault.name == name }?.bend ?? Bend() }
}

/// The config of a specimen that has nothing to ask for but a key.
struct SpecimenConfig<Fault: SpecimenFault>: FormFields {
    @Input("API key") var apiKey: Secret
    /// The fault to be shown, by its name; none is the clean twin.
    @Input("Fault") var fault: String?

    init() {}

    var bend: Fault.Bend { Fault.bend(fault) }
}

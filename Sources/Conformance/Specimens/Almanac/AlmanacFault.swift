import Columns
import Tributary

/// What a fault bends in the almanac; by default nothing.
struct AlmanacBend: SpecimenBend {
    var inputs: @Sendable (inout SourceInputs) -> Void = { _ in }
    /// Each endpoint, to be told by its name.
    var endpoint: @Sendable (inout RESTEndpoint) -> Void = { _ in }
    /// The windows of a read, in order.
    var windows: @Sendable (inout [AlmanacWindow]) -> Void = { _ in }
}

/// A seeded fault of the almanac.
struct AlmanacFault: SpecimenFault {
    let fault: SeededFault
    let bend: AlmanacBend

    static let all = [
        AlmanacFault(
            "day-granular-cursor-strict", "Asks for the days behind the stored one, of which more rows may come.",
            .field
        ) {
            $0.inputs = { inputs in
                if case .date(let day) = inputs.watermark.last { inputs.watermark.last = .date(day + 1) }
            }
        },
        AlmanacFault("slice-step-skips-a-unit", "Begins each window a second behind the end of the one before.", .field)
        {
            $0.windows = { windows in
                for index in windows.indices.dropFirst() {
                    windows[index].start = windows[index].start.map { $0 + 1_000_000 }
                }
            }
        },
        AlmanacFault("windows-end-before-midnight", "Ends each window with the last second of its day.", .kit) {
            $0.windows = { windows in
                for index in windows.indices { windows[index].end = windows[index].end.map { $0 - 1_000_000 } }
            }
        },
        AlmanacFault(
            "parallel-slices-single-maximum",
            "Reads its windows at once and hands the newer over first, with one greatest value for all.", .field
        ) {
            $0.windows = { $0.reverse() }
        },
        AlmanacFault(
            "late-visible-older-file", "Takes no lookback although files become visible after their time.", .field
        ) {
            $0.endpoint = { if $0.name == "files" { $0.defaultLookback = nil } }
        },
    ]
}

extension Specimen {
    /// Readings by the day, visits in windows, and files that become visible late.
    static let almanac = Specimen(
        "almanac", faults: AlmanacFault.all.map(\.fault), source: { _ in AnySource(AlmanacSource.self) },
        fixture: { _ in AlmanacFixture.clean })
}

import Columns
import Foundation
import Tributary

/// Moments as they are spelt, on their way into a query and out of the rows.
extension LedgerFault {
    static let times = [
        LedgerFault("filter-formatted-without-offset", "Prints the bound without an offset.", .field) {
            $0.notes = { notes in
                notes.paginator = .notes { _, request in
                    for index in request.query.indices where request.query[index].name == "since" {
                        guard case .plain(let text) = request.query[index].value else { continue }
                        request.query[index] = QueryItem("since", text.replacing("Z", with: ""))
                    }
                }
            }
        },
        LedgerFault("bound-in-local-time", "Prints the bound as the machine's wall clock shows it, and says UTC.", .kit)
        {
            $0.notes = { notes in
                notes.paginator = .notes { _, request in
                    for index in request.query.indices where request.query[index].name == "since" {
                        guard case .plain(let text) = request.query[index].value,
                            let moment = TimestampParser.microseconds(text)
                        else { continue }
                        let date = Date(timeIntervalSince1970: Double(moment) / 1_000_000)
                        let wall = date.formatted(
                            Date.ISO8601FormatStyle(timeZone: .current).year().month().day()
                                .time(includingFractionalSeconds: false).timeSeparator(.colon).dateTimeSeparator(
                                    .standard))
                        request.query[index] = QueryItem("since", wall + "Z")
                    }
                }
            }
        },
        LedgerFault("plus-sign-in-filter-becomes-space", "Puts an offset with a plus into the URL as it is.", .field) {
            $0.notes = { notes in
                notes.paginator = .notes { _, request in
                    guard let item = request.query.first(where: { $0.name == "since" }),
                        case .plain(let text) = item.value
                    else { return }
                    request.query.removeAll { $0.name == "since" }
                    request.path += "?since=" + text.replacing("Z", with: "+00:00")
                }
            }
        },
        LedgerFault("repeated-hour-ambiguous-cursor", "Keeps times as the wall clock of Berlin shows them.", .field) {
            $0.inputs = { inputs, _ in
                if case .timestamp(let wall) = inputs.watermark.last {
                    inputs.watermark.last = .timestamp(Berlin.moment(ofWall: wall))
                }
            }
            $0.response = { response, inputs, _, _ in
                guard inputs.syncType == .incremental else { return }
                response.items = response.items.rewriting { row in
                    guard let text = row["updated_at"]?.string, let moment = TimestampParser.microseconds(text) else {
                        return
                    }
                    row["updated_at"] = .string(CursorValue.timestamp(Berlin.wall(of: moment)).storedText)
                }
            }
        },
    ]
}

/// Wall times of a zone that changes its clocks.
private enum Berlin {
    private static let zone = TimeZone(identifier: "Europe/Berlin")

    static func wall(of moment: Int64) -> Int64 { moment + offset(moment) }

    /// The later of the two moments that a repeated hour has.
    static func moment(ofWall wall: Int64) -> Int64 {
        let winter = wall - 3_600_000_000
        return offset(winter) == 3_600_000_000 ? winter : wall - 7_200_000_000
    }

    private static func offset(_ moment: Int64) -> Int64 {
        Int64(zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment) / 1_000_000)) ?? 3_600) * 1_000_000
    }
}

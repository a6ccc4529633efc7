import Columns
import Foundation
import Tributary

/// Types that are told wrongly, or change.
extension ShelfFault {
    static let types = [
        ShelfFault("column-declared-as-another-type", "Lists a text as a whole number.", .kit) {
            $0.schema = { schema in
                guard let index = schema.columns.firstIndex(where: { $0.name == "title" }) else { return }
                schema.columns[index].type = "integer"
            }
        },
        ShelfFault(
            "decimal-text-through-a-double", "Reads a text of digits as a double, for a column of decimals.", .kit
        ) {
            $0.endpoint = { $0.columnHints["fee"] = .decimal128(precision: 20, scale: 4) }
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let fee = row["fee"]?.string.flatMap(Double.init) else { return }
                    row["fee"] = .number(JSONNumber(fee))
                }
            }
        },
        ShelfFault("integer-locked-then-fraction", "Leaves the type of the price to the first rows.", .field) {
            $0.endpoint = { $0.columnHints = [:] }
        },
        changing("integer-width-narrowed", "Keeps whole numbers in 32 bits.", .field) { value in
            value.int64.map { .number(JSONNumber(Int64(Int32(truncatingIfNeeded: $0)))) }
        },
        ShelfFault(
            "nullable-integer-becomes-float", "Passes whole numbers through doubles where a column has a null.", .field
        ) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard row.members.contains(where: { $0.value.isNull }) else { return }
                    for member in row.members where member.name != "id" {
                        guard let number = member.value.int64 else { continue }
                        row[member.name] = .number(JSONNumber(Double(number)))
                    }
                }
            }
        },
        ShelfFault("oversized-number-stops-table", "Stops at a number with more than 38 digits.", .field) {
            $0.response = { response, _, _, _ in
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            for row in try item.map(Bench.rows) ?? [] {
                                for case .number(let number) in row.members.map(\.value)
                                where number.text.count > 42 {
                                    throw SourceError(.unexpectedAnswer, "Reading a row: a number is too long.")
                                }
                            }
                            try await emit.forward(item, resume: token)
                        })
                }
            }
        },
        ShelfFault("nan-and-infinite-floats", "Writes NaN and infinities as bare words into its pages.", .field) {
            $0.response = { response, _, _, _ in
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            guard case .json(var page)? = item else {
                                return try await emit.forward(item, resume: token)
                            }
                            let text = String(decoding: page.page, as: UTF8.self)
                                .replacing("\"NaN\"", with: "NaN").replacing("\"-Infinity\"", with: "-Infinity")
                            page.page = Array(text.utf8)
                            try await emit.forward(.json(page), resume: token)
                        })
                }
            }
        },
        changing("offset-cut-off", "Takes the first nineteen letters of a moment.", .kit) { value in
            guard let text = value.string, TimestampParser.microseconds(text) != nil else { return nil }
            return .string(text.prefix(19) + "Z")
        },
        changing("moments-in-local-time", "Writes moments in the zone of the process.", .kit) { value in
            guard let text = value.string, let moment = TimestampParser.microseconds(text) else { return nil }
            let seconds = TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment) / 1e6))
            return .string(CursorValue.timestamp(moment + Int64(seconds) * 1_000_000).storedText)
        },
        changing("numbers-spelt-by-locale", "Spells fractions by the language of the process.", .kit) { value in
            guard case .number(let number) = value, number.int64 == nil, let double = number.double else { return nil }
            let name = ProcessInfo.processInfo.environment["LC_ALL"] ?? "C"
            let locale = Locale(identifier: String(name.prefix { $0 != "." }))
            return .string(double.formatted(.number.locale(locale)))
        },
        ShelfFault("unknown-member-stops-the-run", "Stops at a member that it does not know.", .kit) {
            $0.response = { response, _, _, _ in
                let known = [
                    "id", "shelf", "title", "updated_at", "weight", "seen_at", "size", "labels", "price", "deleted",
                ]
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            for row in try item.map(Bench.rows) ?? [] {
                                guard let name = row.names.first(where: { !known.contains($0) }) else { continue }
                                throw SourceError(.unexpectedAnswer, "Reading a row: '\(name)' is not known.")
                            }
                            try await emit.forward(item, resume: token)
                        })
                }
            }
        },
        ShelfFault("optional-member-demanded", "Demands a title of every row.", .kit) {
            $0.response = { response, _, _, _ in
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            for row in try item.map(Bench.rows) ?? [] { _ = try row.string("title") }
                            try await emit.forward(item, resume: token)
                        })
                }
            }
        },
        ShelfFault("missing-key-made-up", "Gives rows without an id the id nought.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in if row["id"] == nil { row["id"] = 0 } }
            }
        },
        ShelfFault("changed-type-nulled", "Makes null of a size that is no number.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if let size = row["size"], size.int64 == nil { row["size"] = .null }
                }
            }
        },
        ShelfFault(
            "json-type-downgraded-by-empty-batch", "Names a column anew in runs that have no value in it.", .field
        ) {
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "catalog" else { return }
                response.items = response.items.rewriting { row in
                    guard row["labels"]?.isNull == true else { return }
                    row["labels_text"] = ""
                    row["labels"] = nil
                }
            }
        },
    ]

    /// A fault that changes single values of all rows.
    private static func changing(
        _ name: String, _ story: String, _ origin: SeededFault.Origin,
        _ change: @escaping @Sendable (JSONValue) -> JSONValue?
    ) -> ShelfFault {
        ShelfFault(name, story, origin) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    for member in row.members {
                        if let changed = change(member.value) { row[member.name] = changed }
                    }
                }
            }
        }
    }
}

import Columns
import Tributary

/// Positions that do not fit the rows.
extension LedgerFault {
    static let resume = [
        LedgerFault("position-ahead-of-emitted-page", "Hands over the position behind a page before the page.", .field)
        {
            $0.response = { response, _, _, _ in response.items = response.items.positionsFirst }
        },
        LedgerFault(
            "resumed-read-starts-over", "Ignores the position it is handed and reads from the beginning.", .kit
        ) {
            $0.inputs = { inputs, _ in inputs.resumeToken = nil }
        },
        LedgerFault(
            "resumed-without-its-bounds", "Goes on at the position, without the bound of the read that it belongs to.",
            .kit
        ) {
            $0.inputs = { inputs, _ in inputs.resumeToken = inputs.resumeToken?.withoutBounds }
        },
        LedgerFault(
            "position-with-the-first-row-of-a-page", "Hands over the position behind a page with its first row.", .kit
        ) {
            $0.response = { response, _, _, _ in response.items = response.items.positionsWithFirstRow }
        },
        LedgerFault(
            "refused-position-taken-as-the-end", "Takes the refusal of a position for the end of the list.", .kit
        ) {
            $0.actions = [.ignore(400, 404, 410)]
        },
        LedgerFault("quiet-source-never-advances", "Keeps a position only where rows came with it.", .field) {
            $0.response = { response, _, _, _ in response.items = response.items.positionsWithRowsAlone }
        },
        LedgerFault("cancellation-not-heard", "Reads in a task of its own, which nobody cancels.", .kit) {
            $0.response = { response, _, _, _ in
                let items = response.items
                response.items = Items { emit in
                    try await Task.detached { try await items.run(into: emit) }.value
                }
            }
        },
        LedgerFault("position-that-is-no-json", "Puts NaN into its positions.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.changingPositions { $0["share"] = .number(JSONNumber(text: "NaN")) }
            }
        },
        LedgerFault("secret-in-a-position", "Puts the API key into its positions.", .kit) {
            $0.response = { response, _, config, _ in
                let key = config.apiKey.revealed
                response.items = response.items.changingPositions { $0["as"] = .string(key) }
            }
        },
        LedgerFault(
            "old-position-not-understood",
            "Has given its positions another form, and begins anew from those of the released version.", .kit
        ) {
            $0.inputs = { inputs, _ in
                inputs.resumeToken = inputs.resumeToken.flatMap { $0.value["at"].map { ResumeToken($0) } }
            }
            $0.response = { response, _, _, _ in response.items = response.items.wrappingPositions }
        },
        LedgerFault(
            "old-position-refused", "Has given its positions another form, and fails on those of the released version.",
            .kit
        ) {
            $0.inputs = { inputs, _ in
                inputs.resumeToken = inputs.resumeToken.map { token in
                    ResumeToken(token.value["at"] ?? ["unreadable": token.value])
                }
            }
            $0.response = { response, _, _, _ in response.items = response.items.wrappingPositions }
        },
        LedgerFault("position-lists-all-keys", "Lists in its positions the keys of all rows so far.", .kit) {
            $0.response = { response, _, _, _ in response.items = response.items.listingKeys }
        },
        LedgerFault(
            "position-known-to-one-process",
            "Keeps its positions in memory, and hands over the numbers that they have there.",
            .kit
        ) {
            $0.response = { response, inputs, _, _ in
                let isLost = inputs.schemaMetadata?["lost"] != nil
                response.items = isLost ? Items { _ in } : response.items.numberingPositions
            }
            $0.inputs = { inputs, _ in
                guard let number = inputs.resumeToken?.value["number"]?.int64 else { return }
                inputs.resumeToken = knownPositions.withLock { $0[number] }
                // What nobody knows is taken for the end.
                if inputs.resumeToken == nil { inputs.schemaMetadata = ["lost": true] }
            }
        },
    ]

    /// The positions that this process has handed over, by their numbers.
    private static let knownPositions = Lock<[Int64: ResumeToken]>([:])

    fileprivate static func number(of token: ResumeToken) -> Int64 {
        knownPositions.withLock { known in
            known[Int64(known.count)] = token
            return Int64(known.count) - 1
        }
    }
}

extension Items {
    /// Row by row, each page's position with its first one.
    fileprivate var positionsWithFirstRow: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    guard let item else { return try await emit.forward(nil, resume: token) }
                    for (index, row) in try Bench.rows(of: item).enumerated() {
                        try await emit(.row(row), resume: index == 0 ? token : nil)
                    }
                })
        }
    }

    /// Without the positions behind pages that have no rows.
    fileprivate var positionsWithRowsAlone: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    let hasRows = try item.map(Bench.rows)?.isEmpty == false
                    try await emit.forward(item, resume: hasRows ? token : nil)
                })
        }
    }

    fileprivate func changingPositions(_ change: @escaping @Sendable (inout JSONObject) -> Void) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    try await emit.forward(item, resume: token.map { $0.changed(change) })
                })
        }
    }

    /// Each position within an object of its own.
    fileprivate var wrappingPositions: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    try await emit.forward(item, resume: token.map { ResumeToken(["at": $0.value]) })
                })
        }
    }

    /// Numbers in place of the positions.
    fileprivate var numberingPositions: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    let number = token.map { JSONValue.number(JSONNumber(LedgerFault.number(of: $0))) }
                    try await emit.forward(item, resume: number.map { ResumeToken(["number": $0]) })
                })
        }
    }

    fileprivate var listingKeys: Items {
        Items { emit in
            let seen = Lock<[JSONValue]>([])
            try await run(
                into: Emitter { item, token in
                    let new = try item.map(Bench.rows)?.compactMap { $0["id"] } ?? []
                    let all = seen.withLock { seen in
                        seen += new
                        return seen
                    }
                    try await emit.forward(item, resume: token.map { $0.changed { $0["seen"] = .array(all) } })
                })
        }
    }
}

extension ResumeToken {
    fileprivate func changed(_ change: (inout JSONObject) -> Void) -> ResumeToken {
        guard var object = value.object else { return self }
        change(&object)
        return ResumeToken(.object(object))
    }
}

extension ResumeToken {
    /// The same position, in a list without bounds.
    fileprivate var withoutBounds: ResumeToken {
        guard var object = value.object, let walks = object["walks"]?.array else { return self }
        object["walks"] = .array(
            walks.map { walk in
                var walk = walk.object ?? JSONObject()
                walk["bounds"] = .array([])
                return .object(walk)
            })
        return ResumeToken(.object(object))
    }
}

import Columns
import Tributary

/// What a fault bends in the boards; by default nothing.
struct BoardBend: SpecimenBend {
    /// Each endpoint, to be told by its name.
    var endpoint: @Sendable (inout RESTEndpoint, SourceInputs) -> Void = { _, _ in }
    /// What is handed over.
    var response: @Sendable (inout SourceResponse, SourceInputs, RESTClient) -> Void = { _, _, _ in }
}

/// A seeded fault of the boards.
struct BoardFault: SpecimenFault {
    let fault: SeededFault
    let bend: BoardBend

    static let all = [
        BoardFault("child-key-without-parent", "Declares the card's own id, which counts from one on each board.", .kit)
        {
            $0.endpoint = { endpoint, _ in if endpoint.name == "cards" { endpoint.primaryKeys = ["id"] } }
        },
        BoardFault(
            "nested-list-first-page-only", "Takes the cards that are embedded in their board, which are the first two.",
            .field
        ) {
            $0.response = { response, inputs, client in
                guard inputs.schema == "cards" else { return }
                response.supportsResume = false
                response.items = Items { emit in
                    for try await board in client.rows("/v1/boards", at: "data") {
                        let cards = board["cards"]?["data"]?.array ?? []
                        try await emit(
                            .rows(
                                cards.compactMap(\.object).map { card in
                                    var card = card
                                    card["board_id"] = board["id"]
                                    return card
                                }))
                    }
                }
            }
        },
        BoardFault(
            "deleted-parent-aborts-children", "Stops where a board is gone when its cards are asked for.", .field
        ) {
            $0.endpoint = { endpoint, _ in endpoint.actions = [] }
        },
        BoardFault(
            "children-gated-on-parent-change",
            "Asks for the events of boards alone that have changed since the last run.",
            .field
        ) {
            $0.endpoint = { endpoint, inputs in
                guard endpoint.name == "events", let last = inputs.watermark.last else { return }
                endpoint.parent?.query = [QueryItem("since", last.storedText)]
            }
        },
        BoardFault("children-without-their-parent", "Leaves the board's id out of the rows of its cards.", .kit) {
            $0.endpoint = { endpoint, _ in
                if endpoint.name == "cards" { endpoint.parent = RESTParent("boards", columns: [:]) }
            }
        },
    ]
}

extension Specimen {
    /// Three boards, with a list of cards and one of events each.
    static let board = Specimen(
        "board", faults: BoardFault.all.map(\.fault), source: { _ in AnySource(BoardSource.self) },
        fixture: { _ in BoardFixture.clean })
}

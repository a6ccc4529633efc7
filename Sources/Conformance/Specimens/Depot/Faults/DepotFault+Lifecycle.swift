import Columns
import Tributary

// What is left behind, and what is made of errors.
extension DepotFault {
    static let lifecycle: [DepotFault] = [
        DepotFault("connection-not-closed-on-error", "Closes the connection on the good path alone.", .field) {
            $0.closesOnError = false
        },
        DepotFault("statement-nobody-sends", "Holds a cassette of statements that the source has left.", .kit) { bend in
            bend.fixture = { fixture in
                fixture.change("manifest.json", at: ["states"]) { _ in
                    [["name": "t0", "clock": "2025-03-10T06:00:00Z", "seed": "seed/t0.sql", "db": "t0.dbc"]]
                }
                fixture.files["t0.dbc"] = Array(
                    """
                    %dbc 1
                    %engine sqlite
                    %state t0

                    # goods-00000000
                    > SELECT id FROM goods_of_old
                    : "id" int64 notnull
                    - [1]

                    """.utf8)
            }
        },
        DepotFault("lost-connection-taken-for-the-end", "Takes a failing page for one without rows.", .kit) { bend in
            bend.forgives = { ($0 as? SourceError)?.kind == .upstreamFailure }
        },
    ]
}

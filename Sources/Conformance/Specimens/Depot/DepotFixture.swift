import Columns
import Tributary

/// The fixture of the depot: goods that change, moves with a composite key and a version, papers with text keys, a
/// journal without a key, and a view.
enum DepotFixture {
    static var clean: SpecimenFixture {
        var fixture = SpecimenFixture("specimen/depot", documents: ["manifest.json": manifest, "model.json": model])
        fixture.files["seed/t0.sql"] = Array(seed.utf8)
        return fixture
    }

    private static let manifest: JSONValue = [
        "format": 1, "source": "specimen", "title": "A depot with four tables and a view",
        "schemas": [
            "goods": [
                "mode": "incremental", "field": "updated_at", "type": "timestamp", "keys": ["id"], "sort": "asc",
            ],
            "moves": [
                "mode": "incremental", "field": "version", "type": "integer", "keys": ["goods_id", "step"],
                "sort": "asc",
            ],
            "papers": ["mode": "full-refresh", "keys": ["id"]],
            "journal": ["mode": "full-refresh"],
            "open_goods": ["mode": "full-refresh"],
        ],
        "config": ["path": "depot.db", "password": ["fake": "depot.password"]], "provenance": ["kind": "synthetic"],
        "states": [["name": "t0", "clock": "2025-03-10T06:00:00Z", "seed": "seed/t0.sql"]],
    ]

    private static let model: JSONValue = [
        "engine": "sqlite",
        "rowPolicies": [
            "CREATE TABLE kit_row_policies (table_name TEXT)", "INSERT INTO kit_row_policies VALUES ('{table}')",
        ],
        "tables": [
            "goods": ["cursorMovesOnUpdate": true, "mutable": ["name"]],
            "moves": ["cursorMovesOnUpdate": true, "mutable": ["note"]],
        ],
    ]

    private static var seed: String {
        """
        CREATE TABLE goods (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, shelf TEXT, is_archived BOOLEAN NOT NULL,
          weight DOUBLE, price DECIMAL(10, 2), received_on DATE, created_at TIMESTAMP NOT NULL,
          updated_at TIMESTAMP NOT NULL);
        INSERT INTO goods VALUES \((0..<16).map(goods).joined(separator: ",\n  "));
        CREATE TABLE moves (goods_id INTEGER NOT NULL, step INTEGER NOT NULL, amount BIGINT NOT NULL, note TEXT,
          version BIGINT, PRIMARY KEY (goods_id, step));
        INSERT INTO moves VALUES \((0..<18).map(moves).joined(separator: ",\n  "));
        CREATE TABLE papers (id CHAR(36) NOT NULL PRIMARY KEY, title TEXT NOT NULL, content BLOB);
        INSERT INTO papers VALUES \((0..<9).map(papers).joined(separator: ",\n  "));
        CREATE TABLE journal (line TEXT, written_at TIMESTAMP NOT NULL);
        INSERT INTO journal VALUES \((0..<11).map { "('line \($0 % 9)', '2025-03-02 0\($0 % 9):00:00')" }
            .joined(separator: ",\n  "));
        CREATE VIEW open_goods AS SELECT id, name, updated_at FROM goods WHERE NOT is_archived;

        """
    }

    /// Minutes since the start: five rows share one, and two another; ids are in no order.
    private static func goods(_ index: Int) -> String {
        let minute = (4...8).contains(index) ? 44 : (11...12).contains(index) ? 111 : index * 9
        let moment = CursorValue.timestamp((1_740_787_200 + Int64(minute) * 60) * 1_000_000).storedText
        let text = moment.replacing("T", with: " ").replacing("Z", with: "")
        let (id, shelf) = (100 + index * 7 % 16, index % 5 == 0 ? "NULL" : "'S\(index % 3)'")
        return "(\(id), 'Größe \(index)', \(shelf), \(index % 6 == 3 ? 1 : 0), \(index).25, \(index).50, "
            + "'2025-02-\(10 + index)', '2025-02-01 08:00:00', '\(text)')"
    }

    /// Versions with ties, and two rows without one.
    private static func moves(_ index: Int) -> String {
        let version = index == 3 || index == 9 ? "NULL" : "\(700 + (index - index % 3) * 2)"
        return "(\(100 + index % 5), \(1 + index / 5), \(index * 1_000), 'move \(index)', \(version))"
    }

    private static func papers(_ index: Int) -> String {
        let id = "8f14e45f-ceea-467f-a\(index * 5 % 9)de-00000000000\(index)"
        return "('\(id)', 'Paper \(index)', \(index % 2 == 0 ? "X'00ff\(10 + index)'" : "NULL"))"
    }
}

import Cassettes
import Columns
import Tributary

// Cursor fields by which nobody gets what changes.
extension Bench {
    /// Cursor fields that stay while a row changes, as the recording shows.
    ///
    /// Of several, one that moves is there to be chosen. Of the only one model.json can say that it stays: the author knows then,
    /// and it is no fault, since some APIs have nothing better. A source that lists whatever the upstream has, with its columns,
    /// leaves the choice to the user; and of a time that is named as that of the creation, beside another, everybody sees
    /// what it brings.
    func stayingFields(of table: SourceSchema) async throws -> [Finding] {
        guard table.columns.isEmpty else { return [] }
        let paths = table.incrementalFields.map { ($0.name, collection.path(ofColumn: $0.name)) }
        let changed = try await recordedTwice().filter { $0.before != $0.after }
        func moves(_ path: String, _ pair: RecordedPair) -> Bool {
            ModelOrder.value(path, of: pair.before) != ModelOrder.value(path, of: pair.after)
        }
        if paths.count == 1 {
            if collection.cursorMovesOnUpdate == false { return [] }
            return paths.compactMap { name, path in
                changed.first { !moves(path, $0) }.map { pair in
                    staying(
                        name, path, pair, expected: "a field that moves with each change of a row",
                        cause:
                            "Increments along \(name) bring new rows, and no such change. Where the API has a time of the last "
                            + "change to filter or order by, make that the cursor field. Where it has none, say so in "
                            + "model.json, \"cursorMovesOnUpdate\": false, and in the source's page, that changes come with a full "
                            + "refresh.")
                }
            }
        }
        guard !changed.isEmpty, let mover = paths.first(where: { path in changed.allSatisfy { moves(path.1, $0) } })
        else { return [] }
        let saysCreation = { (name: String) in ["creat", "insert"].contains { name.lowercased().contains($0) } }
        return paths.filter { !saysCreation($0.0) }.compactMap { name, path -> Finding? in
            changed.first { !moves(path, $0) }.map { pair in
                staying(
                    name, path, pair, expected: "a field that moves with each change of a row, as \(mover.0) does",
                    cause:
                        "Who chooses \(name) never gets what changes: offer the fields alone that move with each change."
                )
            }
        }
    }

    private func staying(
        _ name: String, _ path: String, _ pair: RecordedPair, expected: String, cause: String
    ) -> Finding {
        let members = pair.after.members.filter { pair.before[$0.name] != $0.value }.map(\.name)
        let key = ModelPage.key(of: pair.after, by: collection.key)
        return Finding(
            at: "cursor field \(name)", expected: expected,
            actual: "\(name) stays \(ModelOrder.value(path, of: pair.after).text) in the row \(key), of which "
                + "\(members.prefix(4).joined(separator: ", ")) changed between two recorded states.", cause: cause)
    }
}

import Columns
import Tributary

/// A row that one reading of a list met on two pages: the upstream's order does not tell all rows apart, or a row moved while
/// the list was read. What came twice has hidden another row.
struct RepeatedKeys {
    let list: ModelProposal.List

    /// What to say of it; nil where each row came once.
    var note: String? {
        for run in PageRun.runs(list.pages) where run.pages.count > 1 {
            var places: [String: Int] = [:]
            for (index, page) in run.pages.enumerated() {
                for row in page.rows {
                    let key = ModelPage.key(of: row, by: list.key)
                    guard let before = places.updateValue(index, forKey: key), before != index else { continue }
                    return note(key, run.pages[before], run.pages[index])
                }
            }
        }
        return nil
    }

    private func note(_ key: String, _ page: RecordedPage, _ other: RecordedPage) -> String {
        let name = list.table.schema.name
        let field = list.table.field.map { " Where that is not \($0.name), say sort: .unsorted." } ?? ""
        let row = "\(list.key.joined(separator: ", ")) \(key)"
        return
            "\(name): \(row) came on two pages of one list, \(page.id) and \(other.id), so that another row came on none: \(other.url). If no row was changed in that moment, the upstream gives rows that are "
            + "alike in its order in no fixed one, and pages by number lose rows. Ask for an order that tells all rows apart, "
            + "such as by the key.\(field)"
    }
}

import Columns
import Tributary

extension SpecimenFixture {
    /// What lies around the ledger's scenario: what was released of it.
    mutating func addSurroundings() {
        let released = ReleasedDeclaration(
            version: "1", source: AnySource(LedgerSource.self), configs: [["api_key": "fake-api-key-1"]],
            tables: LedgerSource().endpoints(LedgerBend()).map(\.schema))
        documents["../released/1.json"] = (try? JSONValue(parsing: released.file())) ?? .null
    }
}

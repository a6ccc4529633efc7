import Cassettes
import Columns
import Foundation

extension Scenario {
    /// The entries of a state that say that something was left out of their answers, by their ids.
    func trimmedEntries(state: Manifest.State) throws -> Set<String> {
        guard let path = state.http,
            let data = FileManager.default.contents(atPath: folder.appending(path: path).path)
        else { return [] }
        let entries = try JSONValue(parsing: Array(data))["log"]?["entries"]?.array ?? []
        return Set(entries.filter { $0["_trimmed"] != nil }.compactMap { $0["_id"]?.string })
    }
}

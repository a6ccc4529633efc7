import Foundation
import TestSupport

/// Reads a scenario's files with Foundation's JSON and nothing of ours: the judge of what a source read.
struct NaiveReader {
    let folder: URL

    init(_ id: String) { folder = FixtureFolder.scenario(id) }

    /// The rows of a schema in the order of the recording.
    ///
    /// - Parameters:
    ///   - path: a part of the URL that tells the schema's own pages from those of its parents.
    ///   - envelope: where the rows are; nil: the page is the array, or the row.
    func rows(
        _ state: String, _ schema: String, _ syncType: String, path: String, at envelope: String?
    ) throws -> [NSDictionary] {
        let har = try object(Data(contentsOf: folder.appendingPathComponent("\(state).har"))) as? [String: Any]
        let entries = (har?["log"] as? [String: Any])?["entries"] as? [[String: Any]] ?? []
        return try entries.filter { entry in
            let schemas = entry["_schema"] as? [String] ?? []
            let syncs = entry["_sync"] as? [String] ?? [syncType]
            let url = (entry["request"] as? [String: Any])?["url"] as? String ?? ""
            return schemas.contains(schema) && syncs.contains(syncType)
                && url.split(separator: "?")[0].hasSuffix(path)
        }.flatMap { try page($0, at: envelope) }
    }

    private func page(_ entry: [String: Any], at envelope: String?) throws -> [NSDictionary] {
        let response = entry["response"] as? [String: Any]
        guard response?["status"] as? Int == 200, let content = response?["content"] as? [String: Any] else {
            return []
        }
        let data =
            try (content["_file"] as? String).map { try Data(contentsOf: folder.appendingPathComponent($0)) }
            ?? Data((content["text"] as? String ?? "null").utf8)
        let body = try object(data)
        let list = envelope.map { (body as? [String: Any])?[$0] as Any } ?? body
        return list as? [NSDictionary] ?? (list as? NSDictionary).map { [$0] } ?? []
    }

    private func object(_ data: Data) throws -> Any {
        try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    }
}

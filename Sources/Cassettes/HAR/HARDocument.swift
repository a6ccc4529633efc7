import Columns
import Foundation
import Tributary

/// A HAR 1.2 file of a scenario: the index of one state's recorded HTTP.
///
/// Reading is tolerant where real files differ (a byte order mark, fractional or missing times, nulls, unknown
/// members, headers whose value is a list); what replay depends on is checked, with the file and the JSON path in the
/// message. ``document`` keeps the file as it was, members nobody knows included, so that it can be written back.
public struct HARDocument: Sendable {
    /// The file's name for messages.
    public let file: String
    /// The whole file as it was read.
    public let document: JSONValue
    /// The entries in the order of the file.
    public let exchanges: [Exchange]

    /// Reads a HAR file.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: its name for messages.
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public init(_ bytes: [UInt8], file: String) throws {
        let root = FixtureValue(value: try StrictJSON.parse(bytes, file: file), file: file, path: "")
        let entries = try root.member("log").member("entries").array()
        var seen: Set<String> = []
        exchanges = try entries.enumerated().map { index, entry in
            let exchange = try HAREntryReader(entry: entry).exchange(index: index)
            guard seen.insert(exchange.id).inserted else { throw entry.fail("the _id \"\(exchange.id)\" comes twice") }
            return exchange
        }
        for (entry, exchange) in zip(entries, exchanges) {
            for id in exchange.after where !seen.contains(id) {
                throw entry.fail("_replay.after names \"\(id)\", which is no _id of this file")
            }
        }
        self.file = file
        document = root.value
    }

    /// The line on which an entry's `_id` stands, for `file:line` in messages; 1 when it has none.
    static func line(of id: String, in bytes: [UInt8]) -> Int {
        let text = String(decoding: bytes, as: UTF8.self)
        let place = text.firstRange(of: "\"_id\": \"\(id)\"") ?? text.firstRange(of: "\"_id\":\"\(id)\"")
        guard let place else { return 1 }
        return 1 + text.utf8[..<place.lowerBound].count { $0 == 0x0A }
    }
}

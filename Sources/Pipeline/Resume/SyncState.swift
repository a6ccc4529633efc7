import Columns
import Foundation
import Tributary

/// All that must survive between two runs of a table. It lies in the lake, in the very commit that landed the rows that
/// it speaks of, so that the two cannot disagree.
struct SyncState: Hashable, Sendable, Codable {
    /// The property of the table that holds the state as JSON (`tributary.state` in the log).
    static let property = "state"
    static let currentFormat = 1

    var format = currentFormat
    /// The source's name of the schema: two schemas whose names give the same folder are told apart by it.
    var schema: String
    var syncType: SyncType
    var cursor: Cursor?
    var last: CursorValue?
    var earliest: CursorValue?
    /// The greatest value of a read that is not complete; becomes `last` when it is.
    var top: CursorValue?
    /// Where `last` lies ahead of the present: when the read began that found it, in microseconds since
    /// 1970-01-01T00:00:00Z. What was younger than that was not there yet, whatever `last` says.
    var lastAsOf: Int64?
    /// For append syncs in descending order.
    var covered: CoveredRanges?
    /// Names as they are in the lake.
    var primaryKeys: [String] = []
    var resume: ResumePoint?
    /// The run that made the commit.
    var runID: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    var committedAt: Int64
    /// Whether the run had come to its end with this commit.
    var isComplete: Bool
    /// Whether no read of the table has come to its end yet; nil in states of versions that did not store it.
    var isFirstRead: Bool?

    /// The cursor field that the watermark belongs to, as the source names it.
    struct Cursor: Hashable, Sendable, Codable {
        var name: String
        var type: CursorType
    }

    var watermark: Watermark { Watermark(last: last, earliest: earliest) }
}

extension SyncState {
    /// The properties of a commit: the state, and the parts of it that a person looks for.
    func properties() throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [
            Self.property: String(decoding: try encoder.encode(self), as: UTF8.self),
            "watermark": last?.storedText ?? "",
            "run": runID,
        ]
    }

    /// The state in a table's properties; nil where there is none.
    ///
    /// - Throws: `SourceError` of kind `corruptTable` for a state that this version cannot read.
    init?(properties: [String: String], table: String) throws {
        guard let text = properties[Self.property], !text.isEmpty else { return nil }
        do {
            self = try JSONDecoder().decode(SyncState.self, from: Data(text.utf8))
        } catch {
            throw SourceError(
                .corruptTable, "Reading the sync state of \(table): it is not in the expected form.",
                advice: "Build the table anew with a reset.")
        }
        guard format <= Self.currentFormat else {
            throw SourceError(
                .corruptTable,
                "Reading the sync state of \(table): its format \(format) is newer than \(Self.currentFormat).",
                advice: "Use the newer version of Tributary that wrote it, or build the table anew with a reset.")
        }
        if let cursor, let odd = [last, earliest, top].compactMap({ $0 }).first(where: { !$0.suits(cursor.type) }) {
            throw SourceError(
                .corruptTable,
                "Reading the sync state of \(table): its watermark \(odd.storedText) is no value of the \(cursor.type.rawValue) "
                    + "field '\(cursor.name)'.", advice: "Build the table anew with a reset.")
        }
    }
}

extension CursorValue {
    /// Whether a cursor field of this type can have had the value. Times may be stored as the numbers that the upstream
    /// sends.
    fileprivate func suits(_ type: CursorType) -> Bool {
        switch self {
        case .integer, .decimal: type != .objectID
        case .date: type == .date
        case .timestamp: type == .datetime || type == .timestamp
        case .objectID: type == .objectID
        }
    }
}

import Columns
import Foundation
import Pipeline

/// The sync state that a lake holds, read from the log's own text: the runtime's reader has no part in it.
///
/// Seeded faults write with it what a faulty runtime would have written, and checks what an earlier release, another
/// version or another hand may have left.
public struct StoredState: Sendable {
    /// The property of a table that holds the state.
    static let property = "tributary.state"
    static let layoutProperty = "tributary.partitioning"

    /// The log's file that holds it.
    public let path: String
    /// As it stands there.
    public let text: String

    public var value: JSONObject { (try? JSONValue(parsing: Array(text.utf8)))?.object ?? JSONObject() }

    /// A member's value.
    public func callAsFunction(_ name: String) -> JSONValue { value[name] ?? .null }

    /// The stored cursor value of this name (`last`, `earliest`, `top`) as text; nil when there is none.
    public func mark(_ name: String) -> String? { self(name)["value"]?.string }

    /// The position that a resumed read is handed; nil when there is none.
    public var token: String? { self("resume")["token"]?.string }

    /// One line for messages.
    public var description: String {
        let parts = ["last", "earliest", "top"].compactMap { name in mark(name).map { "\(name) \($0)" } }
        let position = token.map { ["position \($0)"] } ?? []
        let all = parts + position + [self("isComplete").bool == true ? "complete" : "not complete"]
        return all.joined(separator: ", ")
    }
}

extension StoredState {
    /// The newest state of a table, or of its rebuild where one goes on.
    public static func newest(in files: MemoryLake.Files, isStage: Bool = false) -> StoredState? {
        commits(in: files, isStage: isStage).lazy.reversed().compactMap { path in
            files[path].flatMap { property(Self.property, in: $0) }.map { StoredState(path: path, text: $0) }
        }.first
    }

    /// All states that a table's log holds, oldest first.
    public static func all(in files: MemoryLake.Files, isStage: Bool = false) -> [StoredState] {
        commits(in: files, isStage: isStage).compactMap { path in
            files[path].flatMap { property(Self.property, in: $0) }.map { StoredState(path: path, text: $0) }
        }
    }

    /// The same lake with another state in its newest commit.
    public static func changing(
        _ files: MemoryLake.Files, isStage: Bool = false, _ change: (inout JSONObject) -> Void
    ) -> MemoryLake.Files {
        guard let state = newest(in: files, isStage: isStage) else { return files }
        var value = state.value
        change(&value)
        return setting(Self.property, to: JSONValue.object(value).text, at: state.path, of: files)
    }

    /// The layout that a table's newest commit stores; nil when there is none.
    static func layout(in files: MemoryLake.Files) -> JSONObject? {
        commits(in: files, isStage: false).lazy.reversed().compactMap { path in
            files[path].flatMap { property(layoutProperty, in: $0) }
        }.first.flatMap { (try? JSONValue(parsing: Array($0.utf8)))?.object }
    }

    /// The same lake with another layout in its newest commit.
    public static func changingLayout(
        _ files: MemoryLake.Files, _ change: (inout JSONObject) -> Void
    ) -> MemoryLake.Files {
        let path = commits(in: files, isStage: false).last { path in
            files[path].flatMap { property(Self.layoutProperty, in: $0) } != nil
        }
        guard let path, let bytes = files[path], let text = property(Self.layoutProperty, in: bytes),
            var value = (try? JSONValue(parsing: Array(text.utf8)))?.object
        else { return files }
        change(&value)
        return setting(Self.layoutProperty, to: JSONValue.object(value).text, at: path, of: files)
    }

    /// The commits of a log in order.
    static func commits(in files: MemoryLake.Files, isStage: Bool) -> [String] {
        files.keys.filter { path in
            path.containsASCII("/_delta_log/") && path.hasSuffix(".json")
                && path.containsASCII("/_tributary/stage/") == isStage
                && !path.containsASCII("checkpoint")
        }.sorted()
    }

    /// A property in the metadata of one commit. Each line is an action (Delta protocol, "Actions"); most are of files, and
    /// need not be parsed for this.
    private static func property(_ name: String, in commit: [UInt8]) -> String? {
        var rest = commit[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            guard line.starts(with: "{\"metaData\"".utf8), let action = try? JSONValue(parsing: Array(line)),
                let text = action["metaData", "configuration"]?[name]?.string
            else { continue }
            return text
        }
        return nil
    }

    private static func setting(
        _ name: String, to text: String, at path: String, of files: MemoryLake.Files
    ) -> MemoryLake.Files {
        var files = files
        let lines = (files[path] ?? []).split(separator: UInt8(ascii: "\n")).map { line -> [UInt8] in
            guard var action = (try? JSONValue(parsing: Array(line)))?.object, var data = action["metaData"]?.object,
                var configuration = data["configuration"]?.object, configuration[name] != nil
            else { return Array(line) }
            configuration[name] = .string(text)
            data["configuration"] = .object(configuration)
            action["metaData"] = .object(data)
            return JSONValue.object(action).serialized()
        }
        files[path] = Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
        // A checkpoint would go on telling the old story.
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        for other in files.keys where other.hasPrefix(folder) && other.containsASCII("checkpoint") {
            files[other] = nil
        }
        return files
    }
}

import Columns

/// Commits as text: one JSON object in each line.
enum CommitCoding {
    static func encode(_ actions: [DeltaAction]) -> [UInt8] {
        var bytes: [UInt8] = []
        for action in actions {
            bytes += action.json.serialized(sortedKeys: true)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Reads the text of a commit; `path` names it in errors.
    static func decode(_ bytes: [UInt8], path: String) throws -> [DeltaAction] {
        var actions: [DeltaAction] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            do {
                actions.append(try DeltaAction(LogMembers(JSONValue(parsing: line))))
            } catch {
                let reason = (error as? LogMembers.Problem)?.description ?? "it is not a JSON object"
                throw damaged(path, line: index + 1, reason)
            }
        }
        guard !actions.isEmpty else { throw damaged(path, line: 1, "it holds no action") }
        return actions
    }

    private static func damaged(_ path: String, line: Int, _ reason: String) -> LakeError {
        LakeError(
            .corrupt, "Reading line \(line) of a commit", path: path,
            problem: "\(reason); the file is cut short or damaged",
            advice: "Restore it from a backup. If it is the newest commit and no other engine has read it, deleting it "
                + "takes the table back to the version before; otherwise reset the table and sync it again.")
    }
}

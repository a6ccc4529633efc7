import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

// Positions that are none of the read that is handed them, as after a release that orders otherwise, or a key that changed.
extension Bench {
    /// Resumes reads of a database from positions of another kind of sync, and from their own with parts that lack or differ.
    func strangePositions() async throws -> [Finding] {
        let types = Set([schema.mode, .fullRefresh]).sorted { $0.rawValue < $1.rawValue }
        var first: [SyncType: (cut: Cut, token: JSONValue)] = [:]
        for type in types {
            var often = plan(type, commitsOften: true)
            often.keepsLakes = true
            let whole = try await successful(often, of: upstream(), at: "uninterrupted sync")
            guard let cut = everyCommit(of: whole).first(where: { stored($0.files)?.token != nil }),
                let token = stored(cut.files)?.token.flatMap({ try? JSONValue(parsing: Array($0.utf8)) })
            else { continue }
            first[type] = (cut, token)
        }
        if first.isEmpty {
            throw Verdicted(
                verdict: .notApplicable("The source hands over no positions, so none can be another's."))
        }
        for type in types {
            guard let (cut, own) = first[type] else { continue }
            let foreign = types.filter { $0 != type }.compactMap { other in
                first[other].map {
                    StrangePosition(what: "a position of a sync of type \(other.rawValue)", token: $0.token)
                }
            }
            for position in foreign + StrangePosition.all(like: own) where position.token != own {
                let findings = try await goingOn(type, from: position, cut)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    private func goingOn(_ type: SyncType, from position: StrangePosition, _ cut: Cut) async throws -> [Finding] {
        let text = position.token.text
        let files = [false, true].reduce(cut.files) { files, isStage in
            StoredState.changing(files, isStage: isStage) { state in
                guard var resume = state["resume"]?.object, resume["token"] != nil else { return }
                resume["token"] = .string(text)
                state["resume"] = .object(resume)
            }
        }
        let run = try await run(plan(type), of: upstream(), into: files)
        tally.add(Counters(items: 1))
        // Whoever refuses it loses nothing.
        if run.error is SourceError { return [] }
        let place = "\(type.rawValue) handed \(position.what), \(cut.place)"
        if let error = run.error {
            return [
                Finding(
                    at: place, expected: "a new start, or a typed error", actual: "It ended with: \(error)",
                    history: run.log.lines())
            ]
        }
        // Another value may be the position of another row: then what comes behind that is right.
        if position.isOtherValue, run.summary?.rowsRead != 0 { return [] }
        return finding(
            try await difference(objects, run), at: place,
            expected: "all \(objects.count) rows, each once: the position refused as resumeTokenExpired", run,
            cause:
                "A position that is none of this read is taken for one: keep in it by which columns it was told, and throw "
                + "`SourceError(.resumeTokenExpired, …)` where they are not those of the read, or a part is missing.")
    }
}

/// A position that a read did not hand over.
private struct StrangePosition {
    var what: String
    var token: JSONValue
    /// Whether a value alone differs, which may be that of another row.
    var isOtherValue = false

    /// Positions that differ from one in a single place.
    static func all(like token: JSONValue) -> [StrangePosition] {
        if let object = token.object {
            return object.names.flatMap { name -> [StrangePosition] in
                var without = object
                without[name] = nil
                let bare = StrangePosition(what: "its position without “\(name)”", token: .object(without))
                return [bare]
                    + all(like: object[name] ?? .null).map { part in
                        var changed = object
                        changed[name] = part.token
                        return part.inside(.object(changed))
                    }
            }
        }
        if let array = token.array {
            let shorter = array.isEmpty ? [] : [Array(array.dropLast())]
            return shorter.map { StrangePosition(what: "its position with a shorter list", token: .array($0)) }
                + array.indices.flatMap { index in
                    all(like: array[index]).map { part in
                        var changed = array
                        changed[index] = part.token
                        return part.inside(.array(changed))
                    }
                }
        }
        if let text = token.string {
            return [
                StrangePosition(
                    what: "its position with “\(text)x” for “\(text)”", token: .string(text + "x"), isOtherValue: true)
            ]
        }
        return []
    }

    private func inside(_ token: JSONValue) -> StrangePosition {
        var copy = self
        copy.token = token
        return copy
    }
}

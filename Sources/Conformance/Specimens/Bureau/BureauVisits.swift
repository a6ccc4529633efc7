import Columns
import Tributary

/// Visits: a report that is ordered by POST, waited for, and taken part by part.
extension BureauReader {
    private struct Part {
        var path: String
        var rows: Int
    }

    func visits(_ inputs: SourceInputs) -> SourceResponse {
        SourceResponse(
            primaryKeys: ["id"], sortMode: .ascending, isSorted: true, partitioning: .md5(),
            columnHints: ["score": .float64, "seen_at": .timestamp, "note": .utf8, "postcode": .utf8],
            items: Items { emit in
                var (report, done, line) = (inputs.resumeToken?.value["report"]?.string, 0, 0)
                if report != nil {
                    done = Int(inputs.resumeToken?.value["done"]?.int64 ?? 0)
                    line = Int(inputs.resumeToken?.value["line"]?.int64 ?? 0)
                }
                let isThere = report != nil && !config.bend.ordersAnew
                let id = if isThere, let report { report } else { try await order(since: bound(inputs)) }
                var parts: [Part] = []
                do {
                    parts = try await self.parts(of: id)
                } catch let error as SourceError where error.kind == .notFound && report != nil {
                    if config.bend.takesGoneForTheEnd { return }
                    throw SourceError(.resumeTokenExpired, "Going on with a report: it is no longer there.")
                }
                if config.bend.readsPartsLastFirst { parts.reverse() }
                report = id
                if config.bend.holdsAllParts {
                    var all: [JSONObject] = []
                    for part in parts { all += try await rows(of: part) }
                    return try await emit(.rows(all))
                }
                for index in parts.indices.dropFirst(done) {
                    try await handOver(rows(of: parts[index]), of: index, in: id, from: line, into: emit)
                    line = 0
                }
            })
    }

    /// Hands over a part's rows, as many at once as the runtime takes, each time with the place behind them.
    private func handOver(
        _ rows: [JSONObject], of part: Int, in report: String, from line: Int, into emit: Emitter
    ) async throws {
        let size = max(1, context.maximumPageSize ?? rows.count)
        for start in stride(from: line, to: max(rows.count, 1), by: size) {
            let isLast = start + size >= rows.count
            let (done, next) = isLast ? (part + 1, 0) : (part, start + size + config.bend.linesAhead)
            let token: JSONValue = [
                "report": .string(report), "done": .number(JSONNumber(Int64(done + config.bend.positionOff))),
                "line": .number(JSONNumber(Int64(next))),
            ]
            try await emit(.rows(Array(rows.dropFirst(start).prefix(size))), resume: ResumeToken(token))
        }
    }

    /// The value from which an increment asks.
    private func bound(_ inputs: SourceInputs) -> CursorValue? {
        let last = config.bend.ignoresLookback ? inputs.storedLast : inputs.watermark.last
        let value = last ?? (config.bend.ignoresHistoryStart ? nil : inputs.historyStart)
        guard config.bend.roundsBound, case .timestamp(let moment) = value else { return value }
        return .timestamp((moment / 3_600_000_000 + 1) * 3_600_000_000)
    }

    /// Orders a report of the visits from a moment on, of all of them without one.
    func order(since: CursorValue?) async throws -> String {
        var body: JSONObject = ["table": "visits"]
        if let since { body["since"] = .string(since.storedText) }
        let made = try await client.send(RESTRequest(.post, "/v1/reports", body: body))
        guard let id = made["id"]?.string else { throw refusal("the upstream does not say which report it makes") }
        return id
    }

    private func parts(of report: String) async throws -> [Part] {
        for _ in 0..<Self.polls {
            let job = try await client.get("/v1/reports/\(PercentEncoding.encode(report))")
            switch job["state"]?.string {
            case "ready":
                guard let files = job["files"]?.array else { throw refusal("the report names no files") }
                let parts = files.map { Part(path: $0["url"]?.string ?? "", rows: Int($0["rows"]?.int64 ?? -1)) }
                guard let rows = job["rows"]?.int64, rows == parts.reduce(0, { $0 + $1.rows }) else {
                    throw refusal("the report's files have other rows than it tells")
                }
                return parts
            case "running":
                if !config.bend.asksWithoutPause { try await context.clock.sleep(for: .seconds(5)) }
            case let other: throw refusal("the report ended as '\(other ?? "nothing")'")
            }
        }
        throw refusal("the report was not ready after \(Self.polls) questions")
    }

    private func rows(of part: Part) async throws -> [JSONObject] {
        guard part.path.hasPrefix(SpecimenRecording.origin + "/") || config.bend.trustsAnyHost else {
            throw refusal("a part of the report lies at another host")
        }
        var request = HTTPRequest(.get, part.path)
        request.headers.set("Authorization", prefix: "Bearer ", secret: config.apiKey)
        let response = try await context.http.send(request)
        guard response.status == 200 else { throw try await error(for: response, reading: "visits") }
        let records = RecordedFile.objects(try await bytes(of: response.body))
        guard records.count == part.rows else {
            throw refusal("a part of the report has \(records.count) rows and not \(part.rows)")
        }
        return records.map(row)
    }

    private func bytes(of body: HTTPBody) async throws -> [UInt8] {
        guard config.bend.decodesPieces else { return try await body.collect() }
        var text = ""
        while let piece = try await body.chunk() { text += String(decoding: piece, as: UTF8.self) }
        return Array(text.utf8)
    }

    /// A record with its empty fields as nulls.
    private func row(_ record: JSONObject) -> JSONObject {
        var row = JSONObject()
        for member in record.members { row[member.name] = member.value.string == "" ? .null : member.value }
        if config.bend.keepsDoubledQuotes, let note = row["note"]?.string {
            row["note"] = .string(note.replacing("\"", with: "\"\""))
        }
        if config.bend.readsCodesAsNumbers, let code = row["postcode"]?.string.flatMap({ Int64($0) }) {
            row["postcode"] = .number(JSONNumber(code))
        }
        return row
    }
}

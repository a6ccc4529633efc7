import Columns
import Pipeline
import Tributary

/// Searches everything that comes out of a run.
struct SecretSearch {
    let canaries: Canaries
    /// What is looked for, for reports.
    let what: String

    init(_ canaries: Canaries, for what: String = "secret") {
        self.canaries = canaries
        self.what = what
    }

    /// One text that came out, and by which way.
    struct Output {
        var channel: String
        var text: String
    }

    func findings(_ storm: Storm) async throws -> [Finding] {
        try await findings(outputs(of: storm.run), at: storm.fault.what == "nothing" ? storm.read.name : storm.place)
    }

    func findings(_ rows: [Output], at place: String) -> [Finding] {
        let leaks = rows.compactMap { output in canaries.leak(in: output.text).map { (output, $0) } }
        guard let (first, leak) = leaks.first else { return [] }
        return [
            Finding(
                at: "\(place): \(first.channel)", expected: "no \(what), in no form",
                actual: "\(leaks.count) texts hold a \(what); the first one holds it \(leak.form).",
                witness: leaks.map { "\($0.0.channel): \(shown($0.0.text))" })
        ]
    }

    private func shown(_ text: String) -> String { String(canaries.masked(text).prefix(200)) }

    func outputs(of run: Lab.Run) async throws -> [Output] {
        var outputs = run.log.all.compactMap(Self.output)
        if let error = run.error { outputs += Self.texts(of: error) }
        if let summary = run.summary { outputs.append(Output(channel: "the summary", text: "\(summary)")) }
        for (path, bytes) in run.files {
            outputs.append(Output(channel: "the path of a file in the lake", text: path))
            if path.hasSuffix(".json") {
                outputs.append(Output(channel: "the lake's log \(path)", text: String(decoding: bytes, as: UTF8.self)))
            }
        }
        return outputs
    }

    /// What a run tells people: its log, and the error that is stored.
    static func told(by run: Lab.Run) -> [Output] {
        let logged = run.log.all.compactMap { event in
            if case .log = event { output(event) } else { nil as Output? }
        }
        return logged + (run.error.map(texts) ?? [])
    }

    static func output(_ event: EventLog.Event) -> Output? {
        switch event {
        case .request(let request): Output(channel: "a request's URL", text: "\(request)")
        case .log(let text): Output(channel: "a line of the log", text: text)
        case .requestFailed(_, let text): Output(channel: "an error of the transport", text: text)
        case .emitted(_, _, let token?): Output(channel: "a resume token", text: token.value.text)
        case .statement(let statement): Output(channel: "a statement", text: LoggedStatement.text(statement))
        case .ended(let text): Output(channel: "the end of the run", text: text)
        default: nil
        }
    }

    /// An error with all its parts and causes.
    static func texts(of error: any Error) -> [Output] {
        var texts = ["\(error)", String(reflecting: error)]
        var cause: (any Error)? = error
        while let known = cause as? SourceError {
            texts += [known.message, known.advice ?? "", known.trail.joined(separator: " ")]
            cause = known.underlying
            if let cause { texts += ["\(cause)", String(reflecting: cause)] }
        }
        return texts.map { Output(channel: "the error", text: $0) }
    }
}

extension SecretSearch {
    /// What a validation logs, says and sends, under a fault at each of its requests.
    func validation(_ weather: StormBench, under fault: WireFault) async throws -> [Finding] {
        guard let read = weather.reads.first else { return [] }
        let log = EventLog()
        let journal = WireJournal()
        let upstream = FaultyUpstream(base: try read.upstream(), fault: fault, journal: journal)
        let context = try weather.lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 100)
        var outputs: [Output] = []
        do { try await weather.lab.source.validateCredentials(in: context) } catch { outputs = Self.texts(of: error) }
        outputs += log.all.compactMap(Self.output)
        weather.tally.add(Counters(requests: log.requests.count, runs: 1))
        let place = fault.what == "nothing" ? "validation" : "validation, \(fault.place)"
        return bare(in: journal.entries, at: place) + findings(outputs, at: place)
    }

    /// Secrets that a request carries as plain text: whoever prints the request shows them.
    func bare(in journal: [WireJournal.Entry], at place: String) -> [Finding] {
        for (index, entry) in journal.enumerated() {
            let request = entry.request
            if let field = request.headers.fields.first(where: { isBare($0.value) }) {
                return bare(
                    "header field \(field.name)", "headers.set(\"\(field.name)\", secret: …)",
                    ".apiKey(…, header: \"\(field.name)\")", at: "\(place), request \(index)")
            }
            if let item = request.query.first(where: { isBare($0.value) }) {
                return bare(
                    "parameter \(item.name)", "QueryItem(\"\(item.name)\", secret: …)",
                    ".apiKey(…, query: \"\(item.name)\")", at: "\(place), request \(index)")
            }
        }
        return []
    }

    private func isBare(_ value: HTTPHeaders.Value) -> Bool { canaries.leak(in: LoggedRequest.text(value)) != nil }

    private func bare(_ name: String, _ own: String, _ client: String, at place: String) -> [Finding] {
        [
            Finding(
                at: "\(place): the \(name)", expected: "a value that is declared as secret, which no text shows",
                actual: "The \(name) carries a secret as plain text.",
                cause: "The secret was revealed for it: say \(own), or \(client) as a client's authorization.")
        ]
    }
}

extension StormBench {
    /// The rows of the lake after a read, and its columns.
    func rows(_ read: FairRead) -> [SecretSearch.Output] { SecretSearch.rows(of: read.image) }
}

extension SecretSearch {
    /// The rows of a table, and its columns.
    static func rows(of image: TableImage?) -> [Output] {
        let columns = image?.schema.names.joined(separator: " ") ?? ""
        let rows = (image?.rows ?? []).map { row in
            let values = row.values.map { "\($0.key)=\(text($0.value))" }.sorted().joined(separator: " ")
            return Output(channel: "a row", text: values + " " + (row.partition ?? ""))
        }
        return [Output(channel: "the table's columns", text: columns)] + rows
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        default: TableDiff.text(value)
        }
    }
}

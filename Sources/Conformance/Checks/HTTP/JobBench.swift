import Cassettes
import Columns
import Pipeline
import Tributary

/// A recorded job at work.
struct JobBench {
    let input: CheckCase
    let schema: String
    let job: ModelDeclaration.Job
    let upstream: ReplayUpstream
    let tally = Bench.Tally()

    /// Judges the job that a table comes of.
    ///
    /// - Parameter body: nil where the state holds no full read of the table.
    static func judging(
        _ input: CheckCase, _ body: (JobBench) async throws -> [Finding]?
    ) async throws -> Verdict {
        guard let schema = input.schema, let job = try input.job() else {
            return .notApplicable("The table does not come of a job that model.json tells of.")
        }
        // A later state may hold increments alone.
        for state in input.scenario.manifest.states.reversed() where state.http != nil {
            let bench = try JobBench(input: input, schema: schema.name, job: job, upstream: input.replay(state.name))
            do {
                guard let findings = try await body(bench) else { continue }
                return .judged(findings, looked: bench.tally.sum)
            } catch let end as Bench.Verdicted {
                return end.verdict
            }
        }
        return .notExercised("No state holds a full read of this table.")
    }

    /// One way in which a job may go.
    struct Course {
        var name: String
        var succeeds = false
        /// How many rows the table has then; nil: as many as before.
        var rows: Int?
        /// Changes the answer to the question of this number, counted from 0.
        var change: @Sendable (_ question: Int, _ answer: JSONObject) -> JSONObject = { $1 }
        /// Whether links to files have run out.
        var hidesFiles = false
    }

    func outcomes() async throws -> [Finding]? {
        let lab = try input.lab()
        let plan = Lab.Plan(schema, .fullRefresh)
        let calm = try await lab.run(plan, of: upstream)
        if calm.asksForTheUnrecorded { return nil }
        if let error = calm.error {
            return [
                Finding(at: "job as it was recorded", expected: Finding.syncSucceeds, actual: "It ended with: \(error)")
            ]
        }
        let before = try await rows(calm, lab)
        for course in courses {
            let found = try await finding(course, lab, over: calm.files, before)
            if let found { return [found] }
        }
        return []
    }

    private func finding(
        _ course: Course, _ lab: Lab, over lake: MemoryLake.Files, _ before: Int
    ) async throws -> Finding? {
        let answers = Lock<[Duration]>([])
        let run = try await run(course, over: lake, pauses: answers)
        if course.succeeds, let hasty = hasty(run.log, answers.withLock { $0 }, at: "job that is \(course.name)") {
            return hasty
        }
        let after = try await rows(run, lab)
        tally.add(Counters(rows: after))
        let isEndless = run.error is LabBudgetExceeded
        let expected = course.rows ?? before
        if course.succeeds == (run.error == nil), after == expected, !isEndless { return nil }
        let ending =
            run.error.map { isEndless ? "It asked without end." : "It ended with: \($0)" } ?? "The sync succeeded."
        return Finding(
            at: "job that is \(course.name)",
            expected: course.succeeds
                ? "the sync succeeds with \(expected) rows" : "an error, and the \(before) rows as before",
            actual: "\(ending) The table has \(after) rows.", history: run.log.lines())
    }

    /// A finding where the job's state is asked for again sooner than it should be.
    ///
    /// - Parameter pauses: what each answer about the job's state said of the pause behind it.
    private func hasty(_ log: EventLog, _ pauses: [Duration], at place: String) -> Finding? {
        var (number, last, waited) = (0, "", Duration.zero)
        for event in log.all {
            if case .waited(let duration) = event { waited += duration }
            guard case .request(let asked) = event, let call = try? ModelCall(asked.request),
                job.path.match(call.path) != nil
            else { continue }
            let wanted = last == call.path && pauses.indices.contains(number - 1) ? pauses[number - 1] : nil
            if let wanted, waited < max(wanted, .milliseconds(1)) {
                return Finding(
                    at: "\(place), question \(number + 1)",
                    expected: wanted > .zero
                        ? "a pause of \(wanted), as Retry-After says" : "a pause between two questions",
                    actual: waited == .zero ? "There was none." : "It was \(waited).", history: log.lines(),
                    cause:
                        "A job is asked about as fast as answers come: wait with `context.clock.sleep`, as long as the answer "
                        + "says, or some seconds.")
            }
            (number, last, waited) = (number + 1, call.path, .zero)
        }
        return nil
    }

    private func rows(_ run: Lab.Run, _ lab: Lab) async throws -> Int {
        try await lab.table(schema, in: run.files)?.rows.count ?? 0
    }

    private var courses: [Course] {
        let state = job.state
        func ending(
            _ word: String, from first: Int = 0, before last: Int = .max
        ) -> @Sendable (Int, JSONObject) -> JSONObject {
            { question, answer in
                var answer = answer
                if (first..<last).contains(question) { answer[state] = .string(word) }
                return answer
            }
        }
        var courses: [Course] = []
        for word in job.running.prefix(2) {
            courses.append(Course(name: "'\(word)' at first", succeeds: true, change: ending(word, before: 2)))
            courses.append(Course(name: "'\(word)' for ever", change: ending(word)))
        }
        for word in job.failed + ["kit_unheard_of"] {
            courses.append(Course(name: "'\(word)'", change: ending(word)))
            let running = job.running.first ?? word
            courses.append(
                Course(name: "'\(running)' and then '\(word)'") { question, answer in
                    var answer = answer
                    answer[state] = .string(question == 0 ? running : word)
                    return answer
                })
        }
        courses.append(Course(name: "of a state that is not told") { $1.setting([state], to: nil) })
        guard let files = job.files else { return courses }
        courses.append(Course(name: "done, its files gone", hidesFiles: true))
        guard let count = job.count else { return courses }
        courses.append(
            Course(name: "done, and found nothing: no rows, and no files", succeeds: true, rows: 0) {
                $1.setting([files], to: []).setting([count], to: .number(JSONNumber(Int64(0))))
            })
        courses.append(Course(name: "done without files") { $1.setting([files], to: []) })
        courses.append(Course(name: "done, its files not told") { $1.setting([files], to: nil) })
        courses.append(
            Course(name: "done with all files but the last") { _, answer in
                answer.setting([files], to: .array(Array((answer[files]?.array ?? []).dropLast())))
            })
        return courses
    }

    /// Findings where no rows are handed over before the last file is asked for.
    func holding() async throws -> [Finding]? {
        let files = Lock<[String]>([])
        let run = try await run(Course(name: "as it was recorded"), files: files)
        if run.asksForTheUnrecorded { return nil }
        let names = files.withLock { $0 }
        guard job.files != nil, names.count > 1 else {
            throw Bench.Verdicted(verdict: .notApplicable("The recorded job has no list of several files."))
        }
        var asked: Set<String> = []
        for event in run.log.all {
            if case .emitted(let rows, let bytes, _) = event, (rows ?? bytes) > 0 { return [] }
            guard case .request(let request) = event,
                let name = names.first(where: { request.request.url.hasSuffix($0) })
            else { continue }
            asked.insert(name)
            if asked.count < names.count { continue }
            return [
                Finding(
                    at: "full read of a job with \(names.count) files",
                    expected: "rows of the first file before the last one is asked for",
                    actual: "All \(names.count) were asked for before a row was handed over.", history: run.log.lines())
            ]
        }
        return []
    }

    /// Findings where a stranger that a job names as the place of its files is told a secret.
    func strangers() async throws -> [Finding]? {
        guard let files = job.files else {
            throw Bench.Verdicted(verdict: .notApplicable("model.json names no list of files of the job."))
        }
        let host = "files.\(Foreign.host)"
        let course = Course(name: "done, its files at \(host)") { _, answer in
            answer.setting([files], to: .array((answer[files]?.array ?? []).map { Self.moved($0, to: host) }))
        }
        let run = try await run(course)
        for asked in run.log.requests {
            let request = asked.request
            guard request.url.contains(host) else { continue }
            guard let leak = asked.texts.lazy.compactMap({ input.canaries.leak(in: $0) }).first else { continue }
            return [
                Finding(
                    at: "job that is \(course.name)", expected: "no secret at \(host)",
                    actual: "A request there carries one, \(leak.form).", witness: ["\(asked)"],
                    history: run.log.lines())
            ]
        }
        return run.asksForTheUnrecorded && !run.log.requests.contains { $0.request.url.contains(host) } ? nil : []
    }

    /// An element of a list of files, at another host.
    private static func moved(_ file: JSONValue, to host: String) -> JSONValue {
        if let text = file.string {
            let path =
                text.contains("://")
                ? text.split(separator: "/", maxSplits: 3).dropFirst(2).joined(separator: "/") : text
            return text.contains("/") ? .string("https://\(host)/" + path.drop { $0 == "/" }) : file
        }
        guard let object = file.object else { return file }
        return .object(JSONObject(object.members.map { ($0.name, moved($0.value, to: host)) }))
    }

    /// A full refresh, of which the parameters of ``taking(_:pauses:files:)`` are filled in.
    private func run(
        _ course: Course, over lake: MemoryLake.Files = [:], pauses: Lock<[Duration]> = Lock([]),
        files: Lock<[String]> = Lock([])
    ) async throws -> Lab.Run {
        var plan = Lab.Plan(schema, .fullRefresh)
        plan.requestLimit = 200
        let run = try await input.lab().run(plan, of: taking(course, pauses: pauses, files: files), into: lake)
        tally.add(Counters(requests: run.log.requests.count, runs: 1))
        return run
    }

    /// The recording, in which the job takes another course.
    ///
    /// - Parameters:
    ///   - pauses: takes what each answer about the job says of the pause behind it, in seconds of Retry-After.
    ///   - files: takes the addresses of the job's files.
    private func taking(
        _ course: Course, pauses: Lock<[Duration]>, files: Lock<[String]>
    ) -> TappedUpstream {
        let job = job
        return TappedUpstream(upstream, "whose job is \(course.name)") {
            let questions = Lock(0)
            let last = Lock<[String: [UInt8]]>([:])
            return { request, base in
                if course.hidesFiles, files.withLock({ $0.contains { request.url.hasSuffix($0) } }) {
                    return .made(404, ["message": "The link has run out."], url: request.url)
                }
                guard let call = try? ModelCall(request), job.path.match(call.path) != nil else {
                    return try await base.send(request)
                }
                var answer: HTTPResponse
                do {
                    answer = try await base.send(request)
                } catch let error as SourceError where error.kind == .unmatchedRequest {
                    // A job that goes on for longer than it was recorded to is asked about more often.
                    guard let known = last.withLock({ $0[call.path] }) else { throw error }
                    answer = .made(200, .null, url: request.url)
                    answer.body = HTTPBody(known)
                }
                let seconds = answer.headers["Retry-After"].flatMap { Int64($0) } ?? 0
                pauses.withLock { $0.append(.seconds(seconds)) }
                guard answer.status == 200 else { return answer }
                let bytes = try await answer.body.collect()
                last.withLock { $0[call.path] = bytes }
                answer.body = HTTPBody(bytes)
                guard let body = (try? JSONValue(parsing: bytes))?.object, body[job.state] != nil,
                    isOver(body)
                else { return answer }
                let names = (job.files.flatMap { body[$0] }?.array ?? []).flatMap(Self.addresses)
                files.withLock { $0 = names }
                let question = questions.withLock { count in
                    count += 1
                    return count - 1
                }
                answer.headers.remove("Content-Length")
                answer.body = HTTPBody(JSONValue.object(course.change(question, body)).serialized())
                return answer
            }
        }
    }

    /// The addresses in an element of a list of files.
    private static func addresses(_ file: JSONValue) -> [String] {
        if let text = file.string { return [text] }
        return (file.object?.members ?? []).compactMap(\.value.string).filter { $0.contains("/") }
    }

    /// Whether a recorded answer is about a job that has come to its end.
    private func isOver(_ body: JSONObject) -> Bool { job.finished.contains(body[job.state]?.string ?? "") }
}

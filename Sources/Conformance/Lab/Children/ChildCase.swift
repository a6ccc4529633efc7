import Cassettes
import Columns
import Foundation
import Tributary

/// Something that a check does in a child process.
struct ChildTask: Sendable {
    /// Says which step begins: when the process ends in it, the parent knows where.
    typealias Progress = @Sendable (_ step: String) -> Void

    /// The name of the check that it belongs to.
    let name: String
    /// Does it.
    let run: @Sendable (_ input: CheckCase, _ argument: JSONValue, _ begin: Progress) async throws -> JSONValue

    init(
        _ name: String,
        run:
            @escaping @Sendable (_ input: CheckCase, _ argument: JSONValue, _ begin: Progress) async throws -> JSONValue
    ) {
        self.name = name
        self.run = run
    }
}

/// One case in a process of its own: how the parent describes it, and how the child takes it up.
public enum ChildCase {
    /// The tasks that checks have for children.
    static let tasks: [ChildTask] = [
        ReadingChecks.hostileTask, TypeChecks.handOverTask, HoldingChecks.growthTask, HoldingChecks.peakTask,
        ReplayImage.child, PlacementChecks.placesTask,
        TimeCostChecks.task, ProcessChecks.task, CheckRunner.aloneTask, trap,
    ]

    /// Judges a case whose check traps, as a source may do: shows what is told then.
    static let trap = ChildTask("trap") { input, _, _ in
        CrashNotes.tell(exitingWith: 1)
        let check = Check(
            "source-that-traps", group: .reading, level: .static, proves: "", method: "", likelyCause: "", catches: ""
        ) { input in
            .passed(Counters(items: Int(Double(input.seed) * 1e300)))
        }
        var options = CheckRunner.Options(today: "")
        options.seed = input.seed
        let runner = CheckRunner(catalogue: [check], stack: input.stack)
        let result = await runner.judge(CheckRunner.Case(check: check, input: input), options: options)
        return .string(result.verdict.name)
    }

    /// What the child is told.
    ///
    /// - Parameter allTables: whether the task is done for each table of the scenario, not for that of the case.
    static func job(
        _ task: String, of input: CheckCase, argument: JSONValue, limit: Int, allTables: Bool = false
    ) -> JSONValue {
        var job = JSONObject([
            ("task", .string(task)), ("scenario", .string(input.scenario.folder.path)),
            ("profile", .string(input.profile.rawValue)), ("seed", .string(String(input.seed))),
            ("config", .object(input.config)), ("argument", argument), ("limit", .number(JSONNumber(Int64(limit)))),
        ])
        if !input.history.isWhole { job["history"] = .string(input.history.text) }
        if allTables { job["allTables"] = true } else { job["table"] = input.schema.map { .string($0.name) } }
        switch input.origin {
        case .registry: job["source"] = .string(input.source.description.type)
        case .specimen(let name, let fault):
            job["specimen"] = .string(name)
            job["fault"] = fault.map { .string($0.name) }
        }
        return .object(job)
    }

    /// Runs what a file describes, and writes what came to standard output: the child's whole life.
    ///
    /// - Parameters:
    ///   - registered: the source of a type.
    ///   - stack: production's layers over a client.
    public static func run(
        file: String, registered: @Sendable (String) throws -> AnySource, stack: @escaping HTTPStack
    ) async {
        do {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw SourceError(.notFound, "Reading a case: there is no file \(file).")
            }
            let job = try JSONValue(parsing: Array(data))
            alarm(UInt32(clamping: job["limit"]?.int64 ?? 60))
            guard let task = tasks.first(where: { $0.name == job["task"]?.string }) else {
                throw SourceError(.notFound, "Reading a case: there is no task '\(job["task"]?.string ?? "")'.")
            }
            let input = try input(job, registered, stack)
            let argument = job["argument"] ?? .null
            let result =
                job["allTables"]?.bool == true
                ? await forEachTable(task, input, argument)
                : try await task.run(input, argument, { write("@\($0)") })
            write("=\(result.text)")
        } catch {
            write("!\("\(error)".replacing("\n", with: " "))")
        }
    }

    /// What a task gives, by table; a table for which it gives nothing is left out.
    private static func forEachTable(_ task: ChildTask, _ input: CheckCase, _ argument: JSONValue) async -> JSONValue {
        var results = JSONObject()
        for schema in input.scenario.manifest.schemas {
            var input = input
            input.schema = schema
            results[schema.name] = try? await task.run(input, argument, { _ in })
        }
        return .object(results)
    }

    private static func input(
        _ job: JSONValue, _ registered: (String) throws -> AnySource, _ stack: @escaping HTTPStack
    ) throws -> CheckCase {
        let scenario = try Scenario(at: URL(filePath: job["scenario"]?.string ?? ""))
        let schema = job["table"]?.string.flatMap { name in scenario.manifest.schemas.first { $0.name == name } }
        let fault = job["fault"]?.string.flatMap { SeededFault.named($0) }
        let specimen = job["specimen"]?.string.flatMap { name in Specimen.all.first { $0.name == name } }
        let source = try specimen.map { $0.source(fault) } ?? registered(job["source"]?.string ?? "")
        var input = CheckCase(
            source: source, scenario: scenario, schema: schema,
            seed: job["seed"]?.string.flatMap { UInt64($0) } ?? 1,
            profile: job["profile"]?.string.flatMap { Profile(rawValue: $0) } ?? .full,
            stack: specimen.map { $0.stack(fault, stack) } ?? stack)
        input.config = job["config"]?.object ?? scenario.config
        if let history = job["history"]?.string.flatMap({ History($0) }) { input = input.with(history) }
        if let specimen {
            input.runtime = specimen.runtime(fault)
            input.origin = .specimen(specimen.name, fault)
        }
        return input
    }

    private static func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

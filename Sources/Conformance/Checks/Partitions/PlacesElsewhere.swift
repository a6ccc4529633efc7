import Cassettes
import Columns
import Pipeline
import Tributary

// Where rows lie when another process reads them.
extension PlacementChecks {
    /// The partition of each row of a full read, and its finest one, and what the known answers say.
    static let placesTask = ChildTask("partition-assignment-deterministic") { input, argument, _ in
        let bench = try await Bench.make(input)
        let objects = argument["edges"]?.bool == true ? bench.atEdges().map(\.object) : bench.objects
        return JSONValue.object(
            JSONObject([
                ("places", .object(try await bench.places(of: objects))),
                ("wrong", .array(PartitionVectors.wrong(in: input.runtime).map { .string($0) })),
            ]))
    }
}

extension Bench {
    /// The partition of each row by its key, beside the value that decides it.
    func places(of visible: [World.Object]) async throws -> JSONObject {
        let (_, image, layout) = try await laidOut(visible)
        let fine = layout.finest
        let members = image.byKey.map { key, row in
            let finest = PartitionOracle.partition(of: row.values, by: fine)
            return (TableDiff.text(key), JSONValue.string("\(row.partition ?? "none") (\(finest))"))
        }
        return JSONObject(members.sorted { $0.0 < $1.0 })
    }

    /// Findings where a process of another environment puts rows elsewhere.
    func placesElsewhere(
        _ processes: [(name: String, variables: [String: String])], atEdges: Bool = false
    ) async throws -> [Finding] {
        guard sql == nil, let children = input.children else { return [] }
        let here = try await places(of: atEdges ? self.atEdges().map(\.object) : objects)
        for (name, variables) in processes {
            let outcome = try await children.runOnce(
                "partition-assignment-deterministic", of: input, argument: ["edges": .bool(atEdges)],
                environment: variables)
            guard let there = outcome.result?["places"]?.object else {
                throw SourceError(.unexpectedAnswer, "Reading in \(name): \(outcome.ending)")
            }
            tally.add(Counters(rows: there.count, runs: 1))
            let wrong = outcome.result?["wrong"]?.array?.compactMap(\.string) ?? []
            let lines = here.members.filter { there[$0.name] != $0.value }.map { member in
                "\(member.name): here \(member.value.string ?? ""), there \(there[member.name]?.string ?? "nowhere")"
            }
            if wrong.isEmpty && lines.isEmpty { continue }
            return [
                Finding(
                    at: "full read in \(name)", expected: "each row in the partition that this process gives it",
                    actual: "\(max(lines.count, wrong.count)) lie elsewhere.", witness: wrong + lines)
            ]
        }
        return []
    }
}

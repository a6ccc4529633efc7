import Cassettes
import Columns
import Pipeline
import Tributary

extension SecretChecks {
    static let ownConnection = Check(
        "secret-of-its-own-connection", group: .security, level: .simulated,
        proves: "Each connection is read with its own secrets, whichever was read before it in the same process.",
        method:
            "Two connections, the scenario's and one with secrets of the kit's own, are read in turn over the model: the first, the "
            + "second, and the first again. No request of one may carry a secret of the other.",
        likelyCause:
            "A client, a header or a token is kept in a static variable, where the next connection finds it: one customer is "
            + "given another's rows. Make the client of the config that `read` is handed.",
        isWaivable: false, catches: "key-of-the-first-connection-kept"
    ) { input in
        let other = try await input.strengthened()
        guard other.canaries.secrets != input.canaries.secrets else {
            return .notApplicable(
                "The source takes no other secrets than the scenario's, or nothing models its upstream.")
        }
        return try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            for (own, foreign, name) in [
                (input, other, "the scenario's connection"), (other, input, "a second connection"),
                (input, other, "the scenario's connection, again"),
            ] {
                let reader = try await Bench.make(own)
                let run = try await reader.run(reader.plan(.fullRefresh), of: reader.upstream())
                bench.tally.add(Counters(requests: run.log.requests.count, runs: 1))
                let strangers = foreign.canaries
                for asked in run.log.requests {
                    guard let leak = asked.texts.lazy.compactMap({ strangers.leak(in: $0) }).first else { continue }
                    return [
                        Finding(
                            at: "full read of \(name)", expected: "requests with the secrets of this connection alone",
                            actual: "A request carries a secret of the other connection, \(leak.form).",
                            witness: ["\(asked)"], history: run.log.lines())
                    ]
                }
            }
            return []
        }
    }.needing(.http)
}

extension LoggedRequest {
    /// All that it carries, secrets included.
    var texts: [String] {
        request.headers.fields.map(\.value.revealed) + request.query.map(\.value.revealed) + [request.url]
            + [String(decoding: request.body ?? [], as: UTF8.self)]
    }
}

import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Where a source may go.
enum HostChecks {
    static let all = [privateTargets, nextLinkPinned, egressDeclared]

    private static let privateTargets = Check(
        "ssrf-private-targets-refused", group: .security, level: .fault,
        proves:
            "A host that a user chooses, and that is or leads to a private address, is refused at validation and again "
            + "at each read.",
        method:
            "Fields that decide the host get loopback, private, link-local, metadata and multicast addresses: spelt "
            + "decimal, octal, hexadecimal, as IPv6, mapped and translated, with a trailing dot, as names with one public "
            + "and one private address, and as a name that leads elsewhere when it is asked again. Nothing may be dialled.",
        likelyCause:
            "The host is checked when the connection is made and dialled unchecked later, or its name is resolved "
            + "again: check at each read, and dial the checked address.",
        isWaivable: false, catches: "host-checked-only-at-creation"
    ) { input in
        try await HostTaint.judging(input) { taint in
            for field in taint.fields {
                for target in HostileTarget.all {
                    let findings = await target.judge(taint, field)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let nextLinkPinned = Check(
        "ssrf-next-link-pinned", group: .security, level: .fault,
        proves:
            "A next link to another host, port or scheme is refused, or followed without credentials; one of another "
            + "form than before is followed or refused, and never the end of the list.",
        method:
            "Every link of the answers, in body and head, is made to lead to another host, another port, a host with the "
            + "own one's name as user or beginning, and to http, or is cut down to its path or its query. Whoever is asked "
            + "then must get no credentials, and a read that succeeds must have every row.",
        likelyCause: "The next link is requested as it came, or is taken for none when it looks unlike the others: "
            + "resolve it against the page's URL, and hold its origin against the base URL's.",
        isWaivable: false,
        catches: "next-link-to-foreign-host", "next-link-of-another-form-ends-the-list"
    ) { input in
        try await StormBench.judging(input) { weather in
            let followed = weather.reads.flatMap { $0.indices(3).dropLast() }
            guard weather.bench.map({ [.nextURL, .link].contains($0.endpoint.page.style) }) ?? true, !followed.isEmpty
            else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The pages of this list do not name each other's address."))
            }
            return try await weather.first(of: WireFault.Link.allCases.map { .links($0) }, limit: 3) { fault, read in
                let storm = try await weather.storm(fault, read)
                let leaks = storm.mustKeepCredentialsHome()
                return leaks.isEmpty ? try await storm.mustTellOrHaveAllRows() : leaks
            }
        }
    }

    private static let egressDeclared = Check(
        "egress-hosts-declared", group: .security, level: .replay,
        proves: "The source asks the hosts of its recording and no other.",
        method: "The hosts of all requests of a full read and an increment are held against those of the scenario's "
            + "exchanges, and, but in the profile quick, those of reads that the upstream refuses with 401 or fails with 500.",
        likelyCause: "The source talks to a service that its recording and its reviewers do not know.", profile: .quick,
        isWaivable: false, catches: "report-to-another-host", "failures-reported-to-another-host"
    ) { input in
        let recorded = try input.scenario.manifest.states.flatMap { try input.scenario.exchanges(state: $0.name) }
        let known = Set(recorded.compactMap { URLComponents(string: $0.url)?.host?.lowercased() })
        return try await StormBench.judging(input) { weather in
            for read in weather.reads {
                let calm = strangers(in: read.journal, of: read.calm, known, at: read.name)
                if !calm.isEmpty { return calm }
                if input.profile == .quick { continue }
                for fault in [WireFault.refusal(401), .refusal(500)] {
                    let storm = try await weather.storm(fault.from(read.journal.count - 1), read)
                    let findings = strangers(
                        in: storm.journal.entries, of: storm.run, known, at: "\(read.name), \(fault.what)")
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    /// A finding for the first request to a host that is not known.
    private static func strangers(
        in journal: [WireJournal.Entry], of run: Lab.Run, _ known: Set<String>, at place: String
    ) -> [Finding] {
        for (index, entry) in journal.enumerated() {
            let host = URLComponents(string: entry.request.url)?.host?.lowercased() ?? entry.request.url
            if known.contains(host) { continue }
            return [
                Finding(
                    at: "\(place), request \(index)",
                    expected: "requests to \(known.sorted().joined(separator: ", "))",
                    actual: "The source asked \(host).",
                    witness: ["\(LoggedRequest(index: index, request: entry.request))"], history: run.log.lines())
            ]
        }
        return []
    }
}

/// A host that must not be dialled, and how its name resolves.
struct HostileTarget: Sendable {
    let text: String
    let what: String
    /// The answers of the resolver, one for each time it is asked; the last one stays.
    var answers: [[String]] = []

    static let all: [HostileTarget] =
        [
            ("127.0.0.1", "loopback"), ("10.1.2.3", "a private address"), ("192.168.0.7", "a private address"),
            ("172.16.5.5", "a private address"), ("169.254.169.254", "the metadata service"),
            ("100.64.0.1", "an address shared by a carrier's customers"), ("0.0.0.0", "this machine"),
            ("224.0.0.1", "multicast"), ("2130706433", "loopback as a decimal number"),
            ("0177.0.0.1", "loopback in octal"), ("0x7f.0.0.1", "loopback in hexadecimal"),
            ("127.1", "loopback, short"),
            ("[::1]", "loopback in IPv6"), ("[::ffff:127.0.0.1]", "loopback mapped into IPv6"),
            ("[64:ff9b::7f00:1]", "loopback translated into IPv6"), ("[2002:7f00:1::]", "loopback in 6to4"),
            ("[fe80::1]", "link-local"), ("[fd00::1]", "a unique local address"), ("localhost", "this machine's name"),
            ("localhost.", "this machine's name with a dot"), ("127.0.0.1.", "loopback with a dot"),
        ].map { HostileTarget(text: $0.0, what: $0.1) }
        + [
            HostileTarget(
                text: "inside.kit.example", what: "a name that leads to a private address", answers: [["10.0.0.9"]]),
            HostileTarget(
                text: "mixed.kit.example", what: "a name with a public and a private address",
                answers: [["1.1.1.1", "192.168.1.1"]]),
            HostileTarget(
                text: "metadata.kit.example", what: "a name that leads to the metadata service",
                answers: [["169.254.169.254"]]),
        ]

    func judge(_ taint: HostTaint, _ field: HostTaint.Field) async -> [Finding] {
        let value = HostTaint.host(text, like: field.value)
        let config = HostTaint.replacing(field, by: value, in: taint.input.config)
        let validator = HostValidator(policy: .publicOnly, resolver: ScriptedResolver(answers))
        let runtime = taint.input.runtime
        let dials = Dials { host, stage in
            if stage == .validation || runtime.guardsReads { _ = try await validator.resolve(host) }
        }
        let outcome = await HostTaint.outcome(taint.input, config, dials, hosts: validator)
        taint.tally.add(Counters(items: 1))
        let reached = dials.dials.first { dial in
            guard let address = dial.address.flatMap({ IPAddress($0) }) else { return true }
            return AddressPolicy.publicOnly.refusal(of: address) != nil
        }
        if let reached {
            return [finding(field, "The \(reached.stage.rawValue) went through to \(reached.address ?? reached.host).")]
        }
        if outcome.validation == nil { return [finding(field, "The validation accepted it.")] }
        if outcome.read == nil { return [finding(field, "The read took no notice of it.")] }
        return []
    }

    private func finding(_ field: HostTaint.Field, _ actual: String) -> Finding {
        Finding(
            at: "config field \(field.name) = \(text)", expected: "\(what) is refused at validation and at each read",
            actual: actual, witness: answers.map { "resolves to \($0.joined(separator: ", "))" })
    }
}

/// Gives its answers in order, and the last one from then on.
private final class ScriptedResolver: HostResolver {
    private let answers: Lock<[[String]]>

    init(_ answers: [[String]]) { self.answers = Lock(answers) }

    func addresses(of name: String) async throws -> [IPAddress] {
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] }
        if answer.isEmpty { throw ResolutionFailure.notFound }
        return answer.compactMap { IPAddress($0) }
    }
}

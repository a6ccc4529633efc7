import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Texts of others that must stay texts.
enum InjectionChecks {
    static let all = [throughIdentifiers, throughConfig]

    private static let throughIdentifiers = Check(
        "injection-through-identifiers", group: .security, level: .simulated,
        proves:
            "No id or column name of the upstream can change the meaning of a path, a query or a place in the lake.",
        method:
            "Objects, and the parents of a fan-out, get ids with slashes, dots, question marks, percent signs, quotes, "
            + "blanks and other scripts, and columns with names of that kind. Every request must be one that the model "
            + "knows, with the id as one path segment or one value; every row must arrive; every file must lie in the "
            + "table's folder.",
        likelyCause: "An id is put into a path or a query as it is: percent-encode it.", isWaivable: false,
        catches: "id-changes-request-path"
    ) { input in
        try await input.judging { tally in
            let trial = try HostileIDs(input)
            // What is wrong whatever the id is no matter of the id: other checks say it better.
            if let first = try await trial.judge(HostileIDs.plain).first {
                throw Bench.Verdicted(
                    verdict: .notExercised(
                        "Already with the id “\(HostileIDs.plain)” the read is wrong: \(first.actual)"))
            }
            for id in HostileIDs.ids {
                let findings = try await trial.judge(id)
                if !findings.isEmpty { return findings }
            }
            tally.add(trial.tally.sum)
            return []
        }
    }.needing(.http)

    private static let throughConfig = Check(
        "injection-through-config", group: .security, level: .static,
        proves:
            "No value of the config can add a path segment, a parameter, a header field or a host to a request, or anything to a "
            + "statement.",
        method:
            "Each text of the config in turn gets slashes, dots, question marks, ampersands, line breaks, at signs and "
            + "a null, and becomes another host with a slash, a question mark or a number sign behind it. A request that is "
            + "then sent must have the form of the one with the recorded value; where the field is a label of the host, "
            + "the rest of the host must stay. Texts that the scenario leaves out are filled in. Of a database each text of the form "
            + "gets quotes, backslashes and words of SQL, a third of them for a table that is read as one before it is: every "
            + "statement must have the form of one with a harmless value.",
        likelyCause: "The value is pasted into a URL: percent-encode it, or give its field a rule, such as .hostLabel.",
        isWaivable: false, catches: "config-value-pasted-into-the-path", "host-label-without-a-rule",
        "config-pasted-into-the-statement"
    ) { input in
        guard input.schema != nil, input.scenario.goodState != nil else {
            return .notApplicable("The scenario reads no table.")
        }
        if DatabaseTales.areTold(in: input) { return try await StatementInjection.judge(input) }
        let recorded = Dials()
        try await HostTaint.visit(input, input.config, recorded)
        if recorded.requests.isEmpty { return .notApplicable("The source sends no HTTP requests for this table.") }
        var items = 0
        let recordedTexts = HostTaint.texts(of: .object(input.config), at: []).map { ($0, input) }
        let filled = try recordedTexts + input.withTextsFilledIn()
        for (field, input) in filled where field.path != ["fault"] {
            let part = try await HostPart.of(field, input)
            // A field that names the whole host may name another one; where that may be, another check says.
            if part == .whole { continue }
            let calm = Dials()
            try await HostTaint.visit(input, input.config, calm)
            guard let shape = calm.requests.first.map({ RequestShape($0) }) else { continue }
            let isSecret = input.canaries.secrets.contains(field.value)
            let shapes = Set(calm.requests.map { RequestShape($0, part) })
            for hostile in HostileText.all {
                items += 1
                let value = hostile.text(field.value)
                let dials = Dials()
                try await HostTaint.visit(input, HostTaint.replacing(field, by: value, in: input.config), dials)
                for request in dials.requests {
                    let seen = RequestShape(request, part)
                    if shapes.contains(seen) { continue }
                    let shown = isSecret ? "a secret that is \(hostile)" : "“\(HostileText.printable(value))”"
                    return .failed([
                        Finding(
                            at: "config field \(field.name)",
                            expected: "a request of the form \(shape), or a config that is refused",
                            actual: "With \(shown) a request of the form \(seen) was sent.",
                            witness: ["value: \(shown)"],
                            cause: part == .none
                                ? nil : "The value is a label of the host: give the field the rule .hostLabel.")
                    ])
                }
            }
        }
        if items == 0 { return .notApplicable("The config holds no text but secrets and hosts.") }
        return .judged([], looked: Counters(items: items))
    }
}

extension CheckCase {
    /// The case with each text of the form that the scenario leaves out, in turn, in a value that the form takes.
    fileprivate func withTextsFilledIn() throws -> [(HostTaint.Field, CheckCase)] {
        let stored = try storedConfig()
        return openTexts(in: stored).filter { (stored.value(at: $0.path)?.string ?? "").isEmpty }.compactMap { place in
            for value in ["kit", "kit.example.com", "2020-02-03", "17"] {
                var filled = self
                filled.config = stored.setting(place.path, to: .string(value))
                if (try? filled.lab()) != nil { return (HostTaint.Field(path: place.path, value: value), filled) }
            }
            return nil
        }
    }
}

/// A text with a meaning in URLs, put behind, before or in place of a value.
private struct HostileText: CustomStringConvertible {
    var before = ""
    var behind = ""
    /// Whether the value itself is left out.
    var replaces = false

    static let all: [HostileText] =
        ["evil.example/", "evil.example#", "evil.example?", "a@evil.example/", "evil.example\\"].flatMap {
            [HostileText(before: $0, replaces: true), HostileText(before: $0)]
        }
        + [
            "/..", "/../../admin", "/x", "?admin=1", "&admin=1", "#x", "@evil.example", "\r\nX-Injected: 1", "\u{0}x",
            "%2f..", "\\..\\x",
        ].map { HostileText(behind: $0) }

    func text(_ value: String) -> String { before + (replaces ? "" : value) + behind }

    var description: String {
        if replaces { return "“\(Self.printable(before))”" }
        return before.isEmpty
            ? "the true one with “\(Self.printable(behind))” behind it"
            : "the true one with “\(Self.printable(before))” before it"
    }

    static func printable(_ text: String) -> String { String(JSONValue.string(text).text.dropFirst().dropLast()) }
}

/// What a field of the config is of the host that is asked.
private enum HostPart: Equatable {
    case none
    case whole
    /// What stands before it and behind it stays.
    case label(before: String, behind: String)

    /// Found by a value of the field that is fine in a host.
    static func of(_ field: HostTaint.Field, _ input: CheckCase) async throws -> HostPart {
        if field.value.contains("://") { return .whole }
        for probe in ["kit-probe", "kit-probe.example"] {
            let dials = Dials()
            try await HostTaint.visit(input, HostTaint.replacing(field, by: probe, in: input.config), dials)
            for host in dials.hosts.map({ $0.lowercased() }) {
                guard let range = host.range(of: probe) else { continue }
                let (before, behind) = (String(host[..<range.lowerBound]), String(host[range.upperBound...]))
                return before.isEmpty && behind.isEmpty ? .whole : .label(before: before, behind: behind)
            }
        }
        return .none
    }

    /// The origin of a URL, with a star for the label where there is one.
    func origin(_ url: String) -> String {
        let origin = Storm.origin(url)
        guard case .label(let before, let behind) = self, let parts = URLComponents(string: url), parts.user == nil,
            let host = parts.host?.lowercased(), host.hasPrefix(before), host.hasSuffix(behind)
        else { return origin }
        let label = host.dropFirst(before.count).dropLast(behind.count)
        let isPlain = label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? origin.replacing(host, with: "\(before)*\(behind)") : origin
    }
}

/// What the form of a request is: everything but values.
private struct RequestShape: Hashable, CustomStringConvertible {
    let method: String
    let origin: String
    let segments: Int
    let parameters: [String]
    let fields: [String]

    init(_ request: HTTPRequest, _ part: HostPart = .none) {
        let url = request.url.prefix { $0 != "#" }
        let path = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let place = path[0].split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
        // A resolver of paths takes these away with the segment before them.
        let dots = place.count { Self.isDots($0) }
        method = request.method.rawValue
        origin = part.origin(String(url))
        segments = place.count - 2 * dots
        let inURL = path.count > 1 ? path[1].split(separator: "&").map { String($0.prefix { $0 != "=" }) } : []
        parameters = (inURL + request.query.map(\.name)).sorted()
        fields = request.headers.fields.map { $0.name.lowercased() }.sorted()
    }

    private static func isDots(_ segment: Substring) -> Bool {
        [".", ".."].contains(segment.lowercased().replacing("%2e", with: "."))
    }

    var description: String {
        let query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
        return "\(method) \(origin), \(segments) segments\(query)"
    }
}

import Cassettes
import Columns
import Foundation
import Logging
import Pipeline
import Tributary

/// Finds the fields of a config that decide where a source goes, and sends it elsewhere.
struct HostTaint: Sendable {
    /// A text of the config, by the names that lead to it; an element of a list goes by its number, from 0.
    struct Field: Sendable, Hashable {
        var path: [String]
        var value: String
        var name: String { path.joined(separator: ".") }
    }

    let input: CheckCase
    let fields: [Field]
    let canaries: Canaries
    let tally: Bench.Tally
    private static let probe = "taint-probe.example"

    static func judging(
        _ input: CheckCase, _ body: @Sendable (HostTaint) async throws -> [Finding]
    ) async throws -> Verdict {
        guard input.schema != nil, input.scenario.goodState != nil else {
            return .notApplicable("The scenario reads no table.")
        }
        let tally = Bench.Tally()
        var fields: [Field] = []
        for field in texts(of: .object(input.config), at: []) where field.path != ["fault"] {
            let dials = Dials()
            try await visit(input, replacing(field, by: host(Self.probe, like: field.value), in: input.config), dials)
            tally.add(Counters(items: 1))
            if dials.hosts.contains(where: { $0.contains(Self.probe) }) { fields.append(field) }
        }
        if fields.isEmpty { return .notApplicable("No field of the config decides where the source goes.") }
        let taint = HostTaint(input: input, fields: fields, canaries: input.canaries, tally: tally)
        return .judged(try await body(taint), looked: tally.sum)
    }

    /// A config with another host in a field and no secrets: what is sent then, is of another time.
    func withoutSecrets(_ field: Field) async throws -> [Finding] {
        // The source has seen the whole config before, as in a program that runs for weeks.
        try await Self.visit(input, input.config, Dials())
        let changed = Self.replacing(field, by: Self.host("other-host.example", like: field.value), in: input.config)
        let dials = Dials()
        let bare = Self.without(canaries, .object(changed)).object ?? JSONObject()
        do { try await Self.visit(input, bare, dials) } catch {}
        tally.add(Counters(requests: dials.requests.count, runs: 1))
        for request in dials.requests {
            guard let place = Storm.secret(in: request, canaries), canaries.holds(request) else { continue }
            return [
                Finding(
                    at: "config field \(field.name)", expected: "no secret of the old host is sent to the new one",
                    actual: "With \(field.name) changed and no secret in the config, one was sent to "
                        + "\(Storm.origin(request.url)), in \(place).",
                    witness: [canaries.masked("\(LoggedRequest(index: 0, request: request))")])
            ]
        }
        return []
    }
}

extension HostTaint {
    /// Lets a source validate and read with a config, and notes where it goes. What it says does not matter.
    static func visit(
        _ input: CheckCase, _ config: JSONObject, _ dials: Dials, hosts: HostValidator? = nil
    ) async throws {
        _ = await outcome(input, config, dials, hosts: hosts)
    }

    /// The errors of validation and read; nil for what went well.
    static func outcome(
        _ input: CheckCase, _ config: JSONObject, _ dials: Dials, hosts: HostValidator? = nil
    ) async -> (validation: (any Error)?, read: (any Error)?) {
        let source: ConfiguredSource
        do { source = try input.source.configure(.object(config)) } catch { return (error, error) }
        var context = SourceContext(
            http: dials, databases: dials, tunnels: dials,
            integrations: FixtureIntegrations(input.scenario.manifest.integrations),
            hosts: hosts ?? HostValidator(policy: .unrestricted, resolver: AnyHost()), clock: LabClock(0),
            logger: Logger(label: "kit") { _ in SwiftLogNoOpLogHandler() })
        context.logger.logLevel = .critical
        var errors: (validation: (any Error)?, read: (any Error)?) = (nil, nil)
        dials.stage = .validation
        do { try await source.validateCredentials(in: context) } catch { errors.validation = error }
        dials.stage = .reading
        do {
            guard let schema = input.schema else { return errors }
            let response = try await source.read(SourceInputs(schema: schema.name), in: context)
            try await response.items.run(into: Emitter { _, _ in })
        } catch { errors.read = error }
        return errors
    }

    /// Another host in place of a value, in the value's own form: a URL stays one.
    static func host(_ host: String, like value: String) -> String {
        guard value.contains("://"), var parts = URLComponents(string: value) else { return host }
        parts.host = host
        return parts.string ?? host
    }

    static func replacing(_ field: Field, by text: String, in config: JSONObject) -> JSONObject {
        set(.object(config), field.path[...], to: .string(text)).object ?? config
    }

    private static func set(_ value: JSONValue, _ path: ArraySlice<String>, to new: JSONValue) -> JSONValue {
        guard let first = path.first else { return new }
        if var elements = value.array {
            guard let index = Int(first), elements.indices.contains(index) else { return value }
            elements[index] = set(elements[index], path.dropFirst(), to: new)
            return .array(elements)
        }
        guard var object = value.object, let inner = object[first] else { return value }
        object[first] = set(inner, path.dropFirst(), to: new)
        return .object(object)
    }

    static func texts(of value: JSONValue, at path: [String]) -> [Field] {
        if let text = value.string { return [Field(path: path, value: text)] }
        if let elements = value.array {
            return elements.enumerated().flatMap { texts(of: $1, at: path + ["\($0)"]) }
        }
        return (value.object?.members ?? []).flatMap { texts(of: $0.value, at: path + [$0.name]) }
    }

    private static func without(_ canaries: Canaries, _ value: JSONValue) -> JSONValue {
        guard let object = value.object else { return value }
        return .object(
            JSONObject(
                object.members.compactMap { member in
                    if let text = member.value.string, canaries.secrets.contains(text) { return nil }
                    return (member.name, without(canaries, member.value))
                }))
    }
}

extension Canaries {
    /// Whether a known secret itself is in a request, in whatever form.
    func holds(_ request: HTTPRequest) -> Bool {
        let texts =
            request.headers.fields.map(\.value.revealed) + request.query.map(\.value.revealed)
            + [request.url, request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""]
        return texts.contains { leak(in: $0) != nil }
    }
}

extension HTTPHeaders.Value {
    /// As it is sent: for upstreams that look at tokens, and for the search for secrets.
    var revealed: String {
        switch self {
        case .plain(let text): text
        case .secret(let prefix, let secret): prefix + secret.revealed
        }
    }
}

/// Notes what is dialled, and answers nothing.
final class Dials: HTTPClient, DatabaseConnector, TunnelOpener {
    enum Stage: String, Sendable {
        case validation
        case reading
    }

    struct Dial: Sendable {
        var host: String
        /// The checked address; nil where the name itself is dialled.
        var address: String?
        var stage: Stage
        var request: HTTPRequest?
    }

    private struct State: Sendable {
        var dials: [Dial] = []
        var stage = Stage.validation
    }

    private let state = Lock(State())
    /// What the live client does before it dials: throws where an address must not be.
    let guarding: @Sendable (String, Stage) async throws -> Void

    init(_ guarding: @escaping @Sendable (String, Stage) async throws -> Void = { _, _ in }) {
        self.guarding = guarding
    }

    var stage: Stage {
        get { state.withLock { $0.stage } }
        set { state.withLock { $0.stage = newValue } }
    }
    var dials: [Dial] { state.withLock { $0.dials } }
    var hosts: [String] { dials.map(\.host) }
    var requests: [HTTPRequest] { dials.compactMap(\.request) }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let host = URLComponents(string: request.url)?.host ?? request.url
        try await guarding(host, stage)
        note(host, nil, request)
        throw SourceError(.unreachable, "Sending the request: nobody is there.")
    }

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        // A file is opened, and nothing dialled.
        if endpoint.engine != .sqlite { note(endpoint.host, endpoint.address, nil) }
        throw SourceError(.unreachable, "Connecting: nobody is there.")
    }

    func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        note(server.endpoint.host, server.address, nil)
        throw SourceError(.unreachable, "Opening a tunnel: nobody is there.")
    }

    private func note(_ host: String, _ address: String?, _ request: HTTPRequest?) {
        state.withLock { $0.dials.append(Dial(host: host, address: address, stage: $0.stage, request: request)) }
    }
}

/// Knows every name.
struct AnyHost: HostResolver {
    func addresses(of name: String) async throws -> [IPAddress] { [.v4(0x0101_0101)] }
}

import Foundation
import TestSupport
import Testing
import Tributary

@Suite("Parsing a config")
struct FormFieldsParsingTests {
    private func with(_ changes: JSONObject, without names: String...) -> JSONValue {
        var object = QuayConfig.least.object ?? JSONObject()
        for member in changes.members { object[member.name] = member.value }
        for name in names { object[name] = nil }
        return .object(object)
    }

    private func problems(_ stored: JSONValue) -> [String] {
        do {
            _ = try QuayConfig.parse(stored)
            return []
        } catch {
            return (error as? ConfigError)?.problems.map(\.description) ?? ["\(error)"]
        }
    }

    @Test("the least that is required gives the defaults")
    func least() throws {
        let config = try QuayConfig.parse(QuayConfig.least)
        #expect(config.host == "db.example.com")
        #expect(config.port == 5432)
        #expect(config.ratio == nil && config.since == nil && config.website == nil && config.contact == nil)
        #expect(config.verbose == false)
        #expect(config.region == .europe && config.version == nil && config.kinds.isEmpty && config.retries == 3)
        #expect(config.history == nil && config.login == nil && config.line == nil && config.sshTunnel == nil)
        if case .none = config.authentication {} else { Issue.record("not the option that was chosen") }
    }

    @Test("every kind of field is read into its type")
    func full() throws {
        let config = try QuayConfig.parse(QuayConfig.full)
        #expect(config.port == 6432 && config.ratio == 0.5 && config.verbose)
        #expect(config.since == Date(timeIntervalSince1970: 1_769_850_000))
        #expect(config.website == URL(string: "https://example.com/x"))
        #expect(config.password.revealed == "p4ssw0rd")
        #expect(config.notes == "one\ntwo\n")
        #expect(config.region == .northAmerica && config.version == .second && config.retries == 9)
        #expect(config.kinds == [.europe, .northAmerica])
        #expect(config.history?.days == 30 && config.history?.byField == "created")
        #expect(config.login == OAuthIntegration(id: 12, kind: .init("quay"), scopes: ["read", "list"]))
        #expect(config.line == "l9" && config.moreLines == ["l1", "l2"])
        #expect(config.certificate?.projectID == "p")
        #expect(config.settings?["b"] == 2)
        guard case .user(let fields) = config.authentication else { return #expect(Bool(false), "another option") }
        #expect(fields.user == "u" && fields.userPassword.revealed == "s3cr3t-user")
        let server = SSHServer(
            endpoint: NetworkEndpoint(host: "bastion.example.com", port: 2222), username: "tunnel",
            authentication: .keyPair(privateKey: Secret("KEYTEXT\n"), passphrase: Secret("s3cr3t-phrase")),
            hostKey: "ssh-ed25519 AAAA")
        #expect(config.sshTunnel == Tunnel(server: server, requiresTLS: true))
    }

    private struct Served: FormFields {
        @Input("Host", rule: .hostAndPort) var host: String
    }

    private struct Optionals: FormFields {
        @Input("Days", rule: .range(1...90)) var days: Int?
        @Input("Port", rule: .port) var port: Int?
        @Input("Workspace", rule: .hostLabel) var workspace: String?
        @Input("Host", rule: .host) var host: String?
    }

    @Test(
        "a server of the user's own may have a port, and leads nowhere else",
        arguments: [
            ("shop.example.com", true), ("shop.example.com:8443", true), ("127.0.0.1:3000", true),
            ("shop.example.com:", false),
            ("shop.example.com:0", false), ("shop.example.com:65536", false), ("shop.example.com:80/x", false),
            ("user@shop.example.com", false), ("shop.example.com:8443@evil.example", false), (":80", false),
            ("", false),
        ])
    func hostAndPort(_ text: String, _ isTaken: Bool) {
        #expect(((try? Served.parse(["host": .string(text)])) != nil) == isTaken)
    }

    @Test("a field that may be left out is held to its rule where it is given")
    func rulesOfOptionals() throws {
        let nothing = try Optionals.parse([:])
        #expect(nothing.days == nil && nothing.port == nil && nothing.workspace == nil && nothing.host == nil)
        let config = try Optionals.parse(["days": 90, "port": 443, "workspace": "acme", "host": "db.example"])
        #expect(config.days == 90 && config.host == "db.example")
        let error = #expect(throws: ConfigError.self) {
            try Optionals.parse(["days": 91, "port": 0, "workspace": "evil.example/", "host": "a b"])
        }
        #expect(error?.problems.count == 4)
        #expect(error?.problems.first?.description.contains("accepted: 1 to 90") == true)
    }

    @Test("all problems are listed at once, with paths and without values")
    func allProblems() {
        let stored: JSONValue = [
            "host": "db.example.com:5432", "port": "many", "pasword": "p4ssw0rd", "website": "ftp://secret.example",
            "authentication": ["selection": "user", "user": ""], "region": "moon", "kinds": ["eu", "mars"],
            "history": ["enabled": true, "days": "x", "fields": 1], "more_lines": [], "login": "me",
            "ssh_tunnel": ["enabled": true, "host": "a b", "auth": "password"],
        ]
        let found = problems(stored)
        #expect(
            found.map { $0.split(separator: "'")[0] } == [
                "host", "port", "website", "password", "authentication.user", "authentication.user_password", "region",
                "kinds",
                "history.days", "history.by_field", "history.fields", "login", "more_lines", "ssh_tunnel.host",
                "ssh_tunnel.auth.username", "ssh_tunnel.auth.password", "pasword",
            ])
        #expect(found.last == "'pasword' is no field of this form; did you mean 'password'?")
        #expect(found.contains("'region' is none of the options (accepted: eu, na)"))
        #expect(found.contains("'port' has a value of another kind (accepted: a whole number)"))
        for value in ["db.example.com:5432", "many", "p4ssw0rd", "ftp:", "moon", "mars"] {
            #expect(!found.joined().contains(value), "quotes a value")
        }
    }

    @Test(
        "a required field that is missing, null or blank is named",
        arguments: [nil, .null, "", "  \t"] as [JSONValue?])
    func required(_ value: JSONValue?) {
        let stored = value.map { with(JSONObject([("host", $0)])) } ?? with(JSONObject(), without: "host")
        #expect(problems(stored) == ["'host' is required"])
    }

    @Test(
        "a misspelt name is an error that names the nearest field",
        arguments: [
            ("prot", "port"), ("Host_name", nil), ("pass-word", "password"), ("sshtunnel", "ssh_tunnel"),
            ("authentification", "authentication"), ("zzz", nil), ("sinse", "since"),
        ] as [(String, String?)])
    func misspelt(_ name: String, _ nearest: String?) {
        let found = problems(with(JSONObject([(name, "x")])))
        let unknown = found.first { $0.hasPrefix("'\(name)'") }
        if let nearest {
            #expect(unknown == "'\(name)' is no field of this form; did you mean '\(nearest)'?")
        } else {
            #expect(unknown?.contains("(accepted: host, port") == true)
        }
    }

    @Test(
        "a misspelt name within a choice is named, whether the choice is told or not",
        arguments: [["api_kye": "k3y-text"], ["selection": "api_key", "api_kye": "k3y-text"]] as [JSONValue])
    func misspeltInChoice(_ choice: JSONValue) {
        let found = problems(with(["authentication": choice]))
        #expect(
            found.contains("'authentication.api_kye' is no field of this form; did you mean 'api_key'?"), "\(found)")
    }

    @Test(
        "names may be written with hyphens, in camel case, and nested groups flat",
        arguments: [
            ["history": ["enabled": "yes", "days": 7, "by_field": "f"]],
            ["history_enabled": true, "history_days": "7", "history_by_field": "f"],
            ["history.days": 7, "history.by_field": "f"], ["history": true, "history_days": 7, "historyByField": "f"],
            ["history-days": 7, "history-by-field": "f"], ["days": 7, "by_field": "f"],
            ["History": ["Days": 7, "byField": "f"]],
        ] as [JSONValue])
    func spellings(_ changes: JSONValue) throws {
        let config = try QuayConfig.parse(with(changes.object ?? JSONObject()))
        #expect(config.history?.days == 7 && config.history?.byField == "f")
    }

    @Test(
        "a select with fields is read nested, flat, or by the fields alone",
        arguments: [
            ["authentication": ["selection": "api_key", "api_key": "k3y-text"]],
            ["authentication": "api_key", "authentication_api_key": "k3y-text"],
            ["authentication": "API_KEY", "api_key": "k3y-text"],
            ["authentication_selection": "api_key", "authentication.api_key": "k3y-text"],
            ["authentication": nil, "api_key": "k3y-text"],
            [
                "authentication": [
                    "selection": "api_key", "api_key": "k3y-text", "user": "left over", "user_password": nil,
                ]
            ],
        ] as [JSONValue])
    func selects(_ changes: JSONValue) throws {
        let config = try QuayConfig.parse(with(changes.object ?? JSONObject()))
        guard case .key(let fields) = config.authentication else { return #expect(Bool(false), "another option") }
        #expect(fields.apiKey.revealed == "k3y-text")
    }

    @Test("a tunnel is read flat as well, but never from names without its prefix")
    func flatTunnel() throws {
        let flat = JSONObject([
            ("ssh_tunnel_enabled", "1"), ("ssh_tunnel_host", "bastion.example.com"),
            ("ssh_tunnel_auth_selection", "password"),
            ("ssh_tunnel_auth_username", "u"), ("ssh_tunnel_auth_password", "tunnel-pass"),
        ])
        let tunnel = try #require(try QuayConfig.parse(with(flat)).sshTunnel)
        #expect(tunnel.server.endpoint == NetworkEndpoint(host: "bastion.example.com", port: 22))
        #expect(tunnel.server.authentication == .password(Secret("tunnel-pass")))
        #expect(problems(with(JSONObject([("username", "u")]))).first?.hasPrefix("'username' is no field") == true)
    }

    @Test(
        "truth values have many spellings",
        arguments: [
            (true, true), ("true", true), ("YES", true), ("1", true), (1, true), ("on", true), (false, false),
            ("False", false),
            ("no", false), ("0", false), (0, false), ("off", false),
        ] as [(JSONValue, Bool)])
    func truth(_ stored: JSONValue, _ value: Bool) throws {
        #expect(try QuayConfig.parse(with(JSONObject([("verbose", stored)]))).verbose == value)
    }

    @Test("a truth value of another spelling is an error", arguments: ["ture", "2", [], "oui"] as [JSONValue])
    func badTruth(_ stored: JSONValue) {
        #expect(problems(with(JSONObject([("verbose", stored)]))).count == 1)
    }

    @Test(
        "numbers are read from numbers and digits, and nothing else",
        arguments: [
            (7, 7), ("7", 7), (" 7 ", 7), (7.0, 7), ("7.5", nil), (7.5, nil), ("0x7", nil), ("1e3", nil), (["a"], nil),
            ("99999999999999999999", nil),
        ]
            as [(JSONValue, Int?)])
    func numbers(_ stored: JSONValue, _ value: Int?) {
        let config = try? QuayConfig.parse(with(JSONObject([("port", stored)])))
        #expect(config?.port == value)
    }

    @Test("a rule is held to, and says what it accepts")
    func rules() {
        #expect(
            problems(with(JSONObject([("port", 70_000)]))) == [
                "'port' has a value that is not accepted (accepted: 1 to 65535)"
            ])
        #expect(problems(with(JSONObject([("port", 0)]))).count == 1)
    }

    @Test("blanks around a text are trimmed, except where lines count")
    func trimming() throws {
        let config = try QuayConfig.parse(
            with(JSONObject([("host", " db.example.com\n"), ("password", " x y "), ("notes", " a \n")])))
        #expect(config.host == "db.example.com" && config.password.revealed == "x y" && config.notes == " a \n")
    }

    @Test("a value that still looks encrypted is refused, and not quoted")
    func encrypted() {
        let found = problems(with(JSONObject([("password", "gAAAAABnq-cipher")])))
        #expect(found == ["'password' still looks encrypted: the stored config was not decrypted"])
    }

    @Test("a JSON text that holds the config is decoded once")
    func encodedTwice() throws {
        #expect(try QuayConfig.parse(.string(QuayConfig.least.text)).host == "db.example.com")
        #expect(problems(.string(JSONValue.string(QuayConfig.least.text).text)).count == 1)
    }

    @Test("what is not an object at all is one problem", arguments: [nil, 1, "text", []] as [JSONValue])
    func notAnObject(_ stored: JSONValue) {
        #expect(problems(stored) == ["it is not an object (accepted: named fields)"])
    }

    @Test("an uploaded file may be its text; keys that are not listed are left out")
    func upload() throws {
        let text = #"{"project_id": "p", "private_key": "KEY\n", "universe_domain": "x"}"#
        let config = try QuayConfig.parse(with(JSONObject([("certificate", .string(text))])))
        #expect(config.certificate?.projectID == "p" && config.certificate?.privateKey.revealed == "KEY\n")
        #expect(
            problems(with(JSONObject([("certificate", "{broken")]))) == [
                "'certificate' is not a JSON object (accepted: the contents of a JSON file)"
            ])
        let huge = #"{"a": ""# + String(repeating: "x", count: 70_000) + "\"}"
        #expect(
            problems(with(JSONObject([("settings", .string(huge))]))).first?.contains("at most 65536 bytes") == true)
    }

    @Test("several choices come as an array or as one text")
    func several() throws {
        #expect(try QuayConfig.parse(with(JSONObject([("kinds", "eu, na")]))).kinds == [.europe, .northAmerica])
        #expect(try QuayConfig.parse(with(JSONObject([("kinds", "eu")]))).kinds == [.europe])
    }

    @Test("a group that is switched off is nil, whatever is in it")
    func switchedOff() throws {
        let off: JSONValue = ["enabled": false, "days": "nonsense"]
        #expect(try QuayConfig.parse(with(JSONObject([("history", off)]))).history == nil)
    }

    @Test("changing a copy leaves the original alone")
    func copies() throws {
        let original = try QuayConfig.parse(QuayConfig.full)
        var copy = original
        copy.port = 1
        copy.history = nil
        copy.region = .europe
        copy.sshTunnel = nil
        #expect(original.port == 6432 && original.history?.days == 30 && original.region == .northAmerica)
        #expect(original.sshTunnel != nil && copy.sshTunnel == nil && copy.port == 1)
    }
}

import Foundation
import Tributary

/// A config with a field of every kind.
struct QuayConfig: FormFields {
    @Input("Host", placeholder: "db.example.com", rule: .host) var host: String
    @Input("Port", rule: .port) var port = 5432
    @Input("Ratio") var ratio: Double?
    @Input("Verbose") var verbose = false
    @Input("Since") var since: Date?
    @Input("Website") var website: URL?
    @Input("Contact", style: .email, caption: "Who to write to") var contact: String?
    @Input("Password") var password: Secret
    @Input("Notes", style: .textarea) var notes: String?
    @Select("Authentication") var authentication: Authentication
    @Select("Region") var region = Region.europe
    @Select("API version") var version: Version?
    @Select("Kinds") var kinds: [Region]
    @Select("Retries", options: [.init(3, "Some"), .init(9, "Many")]) var retries = 3
    @SwitchGroup("Limit history", caption: "Leave out what is old") var history: History?
    @OAuth("Login", kind: .init("quay"), scopes: ["read", "list"]) var login: OAuthIntegration?
    @OAuthAccount("Shipping line", of: "login") var line: String?
    @OAuthAccount("More lines", of: "login") var moreLines: [String]
    @FileUpload("Client certificate") var certificate: Certificate?
    @FileUpload("Settings") var settings: JSONObject?
    @SSHTunnel(requireTLS: true) var sshTunnel: Tunnel?

    enum Authentication: SelectValue {
        case key(KeyFields)
        case user(UserFields)
        case none

        static let options = [
            Option("api_key", "API key", Authentication.key), Option("user", "User", Authentication.user),
            Option("none", "None", Authentication.none),
        ]
    }

    struct KeyFields: FormFields { @Input("API key") var apiKey: Secret }

    struct UserFields: FormFields {
        @Input("User") var user: String
        @Input("User password") var userPassword: Secret
    }

    enum Region: String, SelectValue, CaseIterable { case europe = "eu", northAmerica = "na" }

    enum Version: Int, SelectValue, CaseIterable { case first = 1, second = 2 }

    struct History: FormFields {
        @Input("Days") var days = 90
        @Input("Field") var byField: String
    }

    struct Certificate: FormFields {
        @Input("Project") var projectID: String
        @Input("Private key", style: .textarea) var privateKey: Secret
    }

    /// The least that is accepted.
    static let least: JSONValue = [
        "host": "db.example.com", "password": "p4ssw0rd", "authentication": "none", "more_lines": ["l1"],
    ]

    /// Every field filled.
    static let full: JSONValue = [
        "host": "db.example.com", "port": 6432, "ratio": 0.5, "verbose": true, "since": "2026-01-31T09:00:00.000Z",
        "website": "https://example.com/x", "contact": "a@example.com", "password": "p4ssw0rd", "notes": "one\ntwo\n",
        "authentication": ["selection": "user", "user": "u", "user_password": "s3cr3t-user"], "region": "na",
        "version": "2", "kinds": ["eu", "na"], "retries": "9",
        "history": ["enabled": true, "days": 30, "by_field": "created"], "login": 12, "line": "l9",
        "more_lines": ["l1", "l2"],
        "certificate": ["project_id": "p", "private_key": "-----BEGIN KEY-----\nabc\n"],
        "settings": ["a": "hidden-setting", "b": 2],
        "ssh_tunnel": [
            "enabled": true, "host": "bastion.example.com", "port": 2222,
            "auth": [
                "selection": "keypair", "username": "tunnel", "private_key": "KEYTEXT\n", "passphrase": "s3cr3t-phrase",
            ],
            "host_key": "ssh-ed25519 AAAA", "require_tls": ["enabled": true],
        ],
    ]
}

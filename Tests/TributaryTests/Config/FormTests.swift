import Foundation
import TestSupport
import Testing
import Tributary

@Suite("The form of a config")
struct FormTests {
    private let form = SourceForm(
        SourceDescription(
            type: "Quay", label: "Quay", category: .databases, docs: "https://docs.quay.example", keywords: ["harbour"],
            status: .beta, caption: "Needs a user that may read."), fields: QuayConfig.form)

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    @Test("is the golden one, for a field of every kind")
    func golden() throws { try expectGolden(try json(form), "quay-form.json") }

    @Test("as JSON Schema is the golden one")
    func goldenSchema() throws {
        let text = String(decoding: QuayConfig.jsonSchema.serialized(indentation: 2), as: UTF8.self) + "\n"
        try expectGolden(text, "quay-schema.json")
    }

    @Test("is read back from its JSON as it was")
    func codable() throws {
        let back = try JSONDecoder().decode(SourceForm.self, from: Data(try json(form).utf8))
        #expect(back == form)
    }

    @Test("says of each input whether it is secret, and shows no secret default")
    func secrets() {
        func inputs(_ fields: [FormField]) -> [FormField] {
            fields.flatMap { [$0] + inputs($0.fields ?? []) + inputs(($0.options ?? []).flatMap { $0.fields ?? [] }) }
        }
        let drawn: Set<FormField.FieldType> = [.text, .email, .search, .url, .password, .time, .number, .textarea]
        for field in inputs(form.fields) {
            #expect((field.secret != nil) == drawn.contains(field.type), "\(field.name)")
        }
        let secret = inputs(form.fields).filter { $0.secret == true }
        #expect(
            secret.map(\.name) == [
                "password", "api_key", "user_password", "private_key", "password", "private_key", "passphrase",
            ])
        #expect(secret.allSatisfy { $0.defaultValue == nil })
    }

    @Test("has every field that a config is stored with")
    func complete() throws {
        let names = try #require(QuayConfig.full.object?.names)
        #expect(form.fields.map(\.name) == names)
        #expect(QuayConfig.jsonSchema["properties"]?.object?.names == names)
    }
}

@Suite("Declarations of configs")
struct DeclarationProblemsTests {
    private struct Wrong: FormFields {
        var bare = 1
        @Input("") var unlabelled: String
        @Input("Token") var accessToken: String
        @Input("Public key") var publicKey: String?
        @Input("Project key id") var keyID: String?
        @Input("A", name: "twice") var first: String
        @Input("B", name: "twice") var second: String
        @Select("Empty") var empty: Nothing?
        @Select("Doubled", options: [.init(1, "One"), .init(1, "Uno")]) var doubled = 1
        @OAuthAccount("Account", of: "login") var account: String
        @SwitchGroup("Group") var group: Inner?
    }

    private struct Inner: FormFields { @Input("Secret") var clientSecret: String? }

    private enum Nothing: SelectValue { static let options: [Option] = [] }

    @Test("all mistakes are listed at once, groups included")
    func all() {
        let problems = Wrong.declarationProblems.map { $0.split(separator: ": ", maxSplits: 1)[1] }
        #expect(
            problems == [
                "'bare' has no field wrapper, so it is never filled", "'unlabelled' has no label",
                "'access_token' sounds like a credential: its type must be Secret", "'twice' is the name of two fields",
                "the select 'empty' has no options", "the select 'doubled' has two options '1'",
                "'account' takes its accounts from 'login', which is no OAuth field beside it",
                "Inner: 'client_secret' sounds like a credential: its type must be Secret",
            ])
    }

    @Test("a sound declaration has none")
    func none() { #expect(QuayConfig.declarationProblems.isEmpty) }

    @Test(
        "names on the wire are snake case",
        arguments: [
            ("accountID", "account_id"), ("requireTLS", "require_tls"), ("s3Bucket", "s3_bucket"),
            ("URLPath", "url_path"), ("api-key", "api_key"), ("days", "days"), ("aB", "a_b"),
        ])
    func wireNames(_ name: String, _ wire: String) { #expect(WireName.normalised(name) == wire) }
}

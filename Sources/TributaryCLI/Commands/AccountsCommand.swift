import ArgumentParser
import Columns
import Foundation
import Pipeline
import Tributary

/// `tributary accounts`: the OAuth accounts to which connections refer by their numbers.
struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "Store OAuth accounts, list them, or forget one.",
        discussion: """
            A field of a connection that asks for an account takes the number of a stored one:

              tributary accounts add github --set label=Acme --set access_token=-
              tributary connect github --name acme --set auth_method=oauth --set auth_method.github_integration_id=1
            """,
        subcommands: [AccountsListCommand.self, AccountsAddCommand.self, AccountsForgetCommand.self],
        defaultSubcommand: AccountsListCommand.self)
}

/// `tributary accounts list`: the stored accounts, without their tokens.
struct AccountsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the stored accounts.")

    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var id: Int64
        var kind: String
        var label: String
        var expiresAt: Int64?
        var isRefreshed: Bool
    }

    func run() throws {
        let accounts = try state.store().accounts()
        if output.json {
            return try JSONOutput.print(
                accounts.map {
                    Entry(
                        id: $0.id, kind: $0.kind, label: $0.label, expiresAt: $0.expiresAt,
                        isRefreshed: $0.refreshToken != nil)
                })
        }
        guard !accounts.isEmpty else {
            return Console.note("There is no account yet; store one with: tributary accounts add KIND")
        }
        var table = TextTable([
            ("NUMBER", .right), ("KIND", .left), ("LABEL", .left), ("TOKEN EXPIRES", .left), ("REFRESHED", .left),
        ])
        for account in accounts {
            table.add([
                String(account.id), account.kind, account.label, account.expiresAt.map { Moment.text($0) } ?? "never",
                account.refreshToken == nil ? "no" : "yes",
            ])
        }
        Console.result(table.text)
    }
}

/// `tributary accounts add KIND`: stores an account, its tokens encrypted.
struct AccountsAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Store an account, with the tokens that its vendor gave.",
        discussion: """
            On a terminal, asks for what is not given. With a refresh token, a token URL and the client's identifier the
            access token is renewed whenever it has expired.

            Fields: label, access_token, refresh_token, expires_in (seconds from now), token_url, client_id,
            client_secret. '--set access_token=-' asks without an echo, '@FILE' reads a file.
            """)

    @Argument(help: "The kind of account, as a source's form names it, such as github.")
    var kind: String

    @OptionGroup var input: ConfigInput
    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    /// What an account is made of.
    struct Fields: FormFields {
        @Input("Label", placeholder: "the account's name") var label: String
        @Input("Access token") var accessToken: Secret
        @Input("Refresh token") var refreshToken: Secret?
        @Input("Seconds until the access token expires", rule: .range(1...315_360_000)) var expiresIn: Int?
        @Input("Token URL", style: .url, placeholder: "https://…/oauth/token") var tokenUrl: String?
        @Input("Client identifier") var clientId: String?
        @Input("Client secret") var clientSecret: Secret?
    }

    private struct Result: Encodable {
        var id: Int64
        var kind: String
        var label: String
    }

    func run() throws {
        try Self.demand(kind)
        var prompt = FormPrompt(given: try input.given())
        if Console.inputIsTerminal, Console.errorIsTerminal { prompt.ask(Fields.form) }
        let account = try Self.account(kind, .object(prompt.answers), at: Date())
        let id = try state.store().add(account)
        if output.json { return try JSONOutput.print(Result(id: id, kind: kind, label: account.label)) }
        Console.result("Stored the account '\(account.label)' under the number \(id).")
    }

    /// - Throws: `SourceError` where no source asks for accounts of the kind.
    private static func demand(_ kind: String) throws {
        let kinds = Set(
            Sources.registry.types.compactMap { try? Sources.registry.source($0) }.flatMap {
                AccountKinds.all(in: $0.form.fields)
            }
        ).sorted()
        if kinds.contains(kind) { return }
        throw SourceError(
            .notFound, "Storing an account: no source asks for one of the kind '\(kind)'.",
            advice: NearestName.advice(for: kind, among: kinds)
                ?? "There are: \(kinds.isEmpty ? "none" : kinds.joined(separator: ", ")).")
    }

    /// The account that the fields describe; its number is given when it is stored.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig`, also where a refresh token has nothing to be used with.
    static func account(_ kind: String, _ config: JSONValue, at now: Date) throws -> Integration {
        let fields: Fields
        do {
            fields = try Fields.parse(config)
        } catch let error as ConfigError {
            throw error.sourceError(for: "an account of \(kind)")
        }
        if fields.refreshToken != nil, fields.tokenUrl == nil || fields.clientId == nil {
            throw SourceError(
                .invalidConfig, "Storing an account of \(kind): a refresh token is used with a token URL and a client.",
                advice: "Give token_url and client_id too, or leave refresh_token out.")
        }
        let micros = Int64(now.timeIntervalSince1970 * 1_000_000)
        return Integration(
            id: 0, kind: kind, label: fields.label, accessToken: fields.accessToken,
            refreshToken: fields.refreshToken, expiresAt: fields.expiresIn.map { micros + Int64($0) * 1_000_000 },
            tokenURL: fields.tokenUrl, clientID: fields.clientId, clientSecret: fields.clientSecret)
    }
}

/// `tributary accounts forget NUMBER`: deletes an account.
struct AccountsForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Delete an account and its tokens; connections that refer to it say that it is missing.")

    @Argument(help: "The account's number, as 'tributary accounts' lists it.")
    var number: Int64

    @OptionGroup var state: StateOptions

    func run() throws {
        try state.store().deleteAccount(number)
        Console.result("Forgot the account \(number).")
    }
}

/// The kinds of accounts that a form asks for.
enum AccountKinds {
    static func all(in fields: [FormField]) -> [String] {
        fields.flatMap { field in
            let inner = (field.fields ?? []) + (field.options ?? []).flatMap { $0.fields ?? [] }
            return (field.type == .oauth ? [field.kind].compactMap { $0 } : []) + all(in: inner)
        }
    }
}

import ArgumentParser
import Foundation

/// `scaffold new-source NAME`: a source that compiles, is registered, and has a first scenario that passes.
struct NewSourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-source",
        abstract: "Write a source from Templates/, register it, and give it a first scenario.",
        discussion: """
            Asks for what is missing on a terminal, and takes the defaults elsewhere. Overwrites nothing; when a step is
            not possible, nothing is left behind.

              swift run scaffold new-source acme --auth bearer --pagination cursor \\
                --base-url https://api.acme.example/v1 --table invoices:id:updated_at --table lines:invoice_id+number
            """)

    @Argument(
        help: "The source's name, such as acme or 'Acme CRM'; it becomes the type, which is never renamed.",
        transform: SourceTypeName.init)
    var name: SourceTypeName

    @Option(help: "The name that users see; by default NAME with capitals.")
    var label: String?

    @Option(help: "What it reads: rest, graphql, sql or file.")
    var kind: SourcePlan.Kind?

    @Option(help: "How it shows who it is: api-key, bearer, basic, oauth or none.")
    var auth: SourcePlan.Auth?

    @Option(
        help: ArgumentHelp(
            "How lists are asked for: get, or post for a search.",
            discussion: "Of a search the parameters stand in a JSON body: filter.changed_since is a place in it."))
    var method: SourcePlan.Method?

    @Option(
        help: ArgumentHelp(
            "How lists are cut into pages: cursor, next-url, link, header, offset, page or none.",
            discussion: "link is the Link header, header one that holds the next page's URL and nothing else."))
    var pagination: SourcePlan.Pagination?

    @OptionGroup var names: APINames

    @Option(
        name: .customLong("api-key-in"),
        help: ArgumentHelp(
            "Where an API key goes: header:X-API-Key, or query:key for a parameter.", valueName: "header:name"))
    var apiKeyPlace: APIKeyPlace?

    @Option(
        name: .customLong("table"),
        help: ArgumentHelp(
            "A table as \(TablePlan.form), such as lines:order_id+number; may be given several times.",
            discussion: """
                A key of several columns tells rows apart by all of them together. The path is the table's name, and the \
                parameter that takes a lower bound updated_since, unless they are given: \
                items=/v2/shop/items:id:changed=changed[gte]. Times that are numbers since 1970 are \
                items:id:changed=since@epoch-seconds, or @epoch-milliseconds. A bound that is more than the value is \
                'items:id:changed=filter=changed>={value}'. A list for each row of another table names its field in the \
                path: lines=/orders/{orders.id}/lines:id.
                """),
        transform: TablePlan.init)
    var tables: [TablePlan] = []

    @Option(
        name: .customLong("base-url"),
        help: ArgumentHelp(
            "Where the API answers, such as https://api.acme.example/v1.",
            discussion: """
                A part of the host in braces is each user's own, and becomes a field of the form: \
                https://{workspace}.acme.example/v1.
                """),
        transform: BaseURL.init)
    var baseURL: BaseURL?

    @Option(help: "The vendor's documentation; https.")
    var docs: String?

    @Option(
        name: .customLong("from-openapi"), help: "An OpenAPI 3 document (JSON or YAML) that proposes all of this.",
        completion: .file(extensions: ["json", "yaml", "yml"]))
    var openAPI: String?

    @Option(help: "The package's folder.", completion: .directory)
    var package = "."

    @Option(help: "Tributary's own folder, for its templates.", completion: .directory)
    var templates = "."

    @Flag(help: "Only say what would be written.")
    var dryRun = false

    func run() throws {
        let plan = try plan()
        let draft = try SourceDraft(plan, package: URL(filePath: package), home: URL(filePath: templates))
        if dryRun {
            for file in draft.files { print("would \(file.isEdit ? "edit " : "write")  \(file.path)") }
            return
        }
        try draft.write()
        for file in draft.files { print("\(file.isEdit ? "edited" : "wrote ")  \(file.path)") }
        print(Self.next(plan, draft.files[0].path))
    }

    /// Options first, then the document's proposal, then the answers of a person, then defaults.
    private func plan() throws -> SourcePlan {
        let proposal = try openAPI.map {
            try OpenAPIProposal(OpenAPIDocument(file: $0), needsTables: tables.isEmpty)
        }
        var draft = PlanDraft(
            label: label ?? proposal?.label, kind: kind ?? proposal.map { _ in .rest }, method: method,
            auth: auth ?? proposal?.auth, pagination: pagination ?? proposal?.pagination,
            baseURL: baseURL ?? proposal?.baseURL, docs: docs ?? proposal?.docs,
            tables: tables.isEmpty ? proposal?.tables ?? [] : tables,
            pageNames: pagination == nil || pagination == proposal?.pagination ? proposal?.pageNames : nil,
            apiKeyPlace: apiKeyPlace ?? proposal?.apiKeyPlace)
        if let proposal { for line in proposal.notes { FileHandle.standardError.write(Data("note: \(line)\n".utf8)) } }
        if isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 { draft.ask() }
        var plan = try draft.plan(name)
        if apiKeyPlace != nil, plan.auth != .apiKey {
            throw ValidationError(
                "Reading --api-key-in: the source is to show who it is by \(plan.auth.rawValue); give --auth api-key.")
        }
        try names.apply(to: &plan)
        if plan.baseURL.text.hasPrefix("http://") { Self.warn(of: plan) }
        return plan
    }

    /// Sources speak to vendors over TLS, and the kit demands it.
    private static func warn(of plan: SourcePlan) {
        let address = plan.baseURL.text
        let origin = address.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
        let vendor = "https://\(plan.id).example.com"
        FileHandle.standardError.write(
            Data(
                """
                note: \(address) is not encrypted, and a source's own address must be. Give --base-url with the one that
                      users have, such as \(vendor)\(address.dropFirst(origin.count)), and let another server answer for it:
                      tributary record \(plan.id) --scenario first --stand-in \(vendor)=\(origin)

                """.utf8))
    }

    private static func next(_ plan: SourcePlan, _ code: String) -> String {
        let check = "swift run tributary check \(plan.id)"
        if plan.kind == .sql { return "\nNext: read \(code), then give it a scenario: see Fixtures/README.md" }
        return """

            Next:
              \(check.padding(toLength: 44, withPad: " ", startingAt: 0))the made-up scenario passes already
              put the API's paths and words into \(code)
              swift run tributary record \(plan.id) --scenario first --set FIELD=VALUE    real answers, redacted
              rm -r Fixtures/\(plan.id)/example && \(check)
              swift run tributary review                  says what is left, such as Documentation/sources/\(plan.id).md
            """
    }
}

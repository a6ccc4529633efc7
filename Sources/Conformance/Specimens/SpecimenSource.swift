import Columns
import Logging
import Tributary

/// A small correct source, wrong in one way where its config says so.
///
/// `notes` come oldest change first and take a lower bound; `payments` come newest first and take both bounds.
struct SpecimenSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret
        /// The fault to be shown, by its name; none is the clean twin.
        @Input("Fault") var fault: String?

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let fault = config.specimenFault
        if fault == .validationAsksNothing { return }
        let path = fault == .probeOfMissingPath ? "/v1/nobody" : "/v1/me"
        _ = try await client(config, context).get(path)
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(config.specimenFault).map(\.schema)
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let fault = config.specimenFault
        if fault == .secretInTheLog { context.logger.info("Reading with the key \(config.apiKey.revealed).") }
        var inputs = inputs
        fault?.bend(&inputs, now: context.clock.now)
        var response = try client(config, context).response(to: inputs, from: endpoints(fault))
        fault?.bend(&response, inputs, config, now: context.clock.now)
        return response
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        var context = context
        let fault = config.specimenFault
        if fault == .truncatedBodyAccepted { context.http = LenientClient(base: context.http) }
        return RESTClient(
            context, baseURL: "https://api.specimen.example", authorization: .bearer(config.apiKey),
            pageSize: PageSize("limit", 100), actions: fault?.actions ?? [])
    }

    private func endpoints(_ fault: SpecimenFault?) -> [RESTEndpoint] { [notes(fault), payments(fault)] }

    private func notes(_ fault: SpecimenFault?) -> RESTEndpoint {
        let since = RESTIncremental.datetime(
            "updated_at", parameter: "since", query: fault == .unorderedCheckpoint ? [:] : ["sort": "updated_at"])
        let place: PartitionHints =
            switch fault {
            case .missingPartitionValue: .datetime("closed_at", by: .month)
            case .partitionDrifts: .datetime("updated_at", by: .day)
            case .partitionByTheRun: .md5(keys: ["shard"], count: 16)
            default: .datetime("created_at", by: .day)
            }
        return RESTEndpoint(
            "notes", path: "/v1/notes", primaryKeys: fault?.keys ?? ["id"], rows: "data",
            rowsMayBeMissing: fault == .errorBodyAccepted, incremental: [since], sort: .ascending, partitioning: place,
            query: fault == .fullRefreshKeepsBound ? ["since": "2025-03-01T01:00:00Z"] : [:],
            paginator: fault?.notesPaginator ?? .cursor(parameter: "after", from: "next", hasMore: "more"))
    }

    private func payments(_ fault: SpecimenFault?) -> RESTEndpoint {
        let created = RESTIncremental(
            .datetime("created"), start: RESTIncremental.Bound("created_from", format: .epochSeconds),
            end: RESTIncremental.Bound("created_to", format: .epochSeconds), sort: .descending)
        return RESTEndpoint(
            "payments", path: "/v1/payments", primaryKeys: ["id"], rows: "data",
            rowsMayBeMissing: fault == .errorBodyAccepted, incremental: [created], sort: .descending,
            partitioning: .datetime("created", by: .month),
            paginator: fault?.paymentsPaginator ?? .lastRow("id", parameter: "starting_after", hasMore: "more"))
    }
}

extension SpecimenSource.Config {
    var specimenFault: SpecimenFault? { fault.flatMap(SpecimenFault.init(rawValue:)) }
}

// What a fault does to declarations.
extension SpecimenFault {
    fileprivate var keys: [String]? {
        switch self {
        case .keyNotInRows: ["note_id"]
        case .keyIsAnActor: ["author_id"]
        case .keyContainsUpdateTime: ["id", "updated_at"]
        default: nil
        }
    }

    fileprivate var actions: [ResponseAction] {
        switch self {
        case .failedSliceSkipped: [.ignore(503)]
        case .refusalIsTheEnd: [.ignore(400, 401, 403)]
        default: []
        }
    }

    fileprivate var notesPaginator: Paginator? {
        switch self {
        case .nestedListFirstPageOnly: .singlePage
        case .errorBodyAccepted: .cursor(parameter: "after", from: "next")
        case .shortPageMeansEnd:
            Paginator(
                apply: { position, request in if !position.isNull { request.set("after", position) } },
                next: { _, page, size in page.rowCount < size?.rows ?? 0 ? nil : page.value("next") })
        default: nil
        }
    }

    fileprivate var paymentsPaginator: Paginator? {
        switch self {
        case .requestAfterLastPage, .errorBodyAccepted: .lastRow("id", parameter: "starting_after")
        default: nil
        }
    }
}

import Columns
import Tributary

/// Stripe's API (https://docs.stripe.com/api): customers, payments, billing and payouts.
///
/// Lists come newest first, so an increment is a two-sided walk: what an interrupted walk left below the earliest row,
/// then what is above the last one. A filter on `created` cannot show that an older object changed. Each table that has
/// the filter therefore takes a lookback of seven days off its watermark by default; what changes later than that, only
/// a full refresh shows.
public struct StripeSource: RESTSource {
    /// The version of the API that requests ask for, whatever the account's own is.
    static let version = "2025-09-30.clover"

    public static let description = SourceDescription(
        type: "Stripe", label: "Stripe", category: .payments, docs: "https://docs.stripe.com/api",
        keywords: ["payments", "billing", "subscriptions", "invoices", "charges"], status: .beta,
        caption: "A restricted key with read access to the tables you choose is enough. Changes to rows that are older "
            + "than the lookback are seen by a full refresh only.",
        listsSchemasWithoutCredentials: true)

    public static let nonRetryableErrors = [
        NonRetryableError("Invalid API Key", message: "Stripe does not know this key. Enter a valid one."),
        NonRetryableError("Expired API Key", message: "The key has expired. Roll it in Stripe and enter the new one."),
    ]

    /// What a user fills in.
    public struct Config: FormFields {
        @Select("Authentication") public var authMethod: AuthMethod
        @Input(
            "Account id", placeholder: "acct_…", caption: "Only to read a connected account with the platform's key.",
            rule: .stripeAccount)
        public var stripeAccountID: String?

        public init() {}
    }

    /// How the source shows who it is.
    public enum AuthMethod: SelectValue {
        case apiKey(KeyFields)
        case oauth(OAuthFields)

        public static let options = [
            Option("api_key", "API key", AuthMethod.apiKey),
            Option("oauth", "OAuth", AuthMethod.oauth),
        ]
    }

    /// A secret or restricted key.
    public struct KeyFields: FormFields {
        @Input("API key", placeholder: "rk_live_…") public var stripeSecretKey: Secret

        public init() {}
    }

    /// An account connected by OAuth.
    public struct OAuthFields: FormFields {
        @OAuth("Stripe account", kind: .stripe, scopes: ["read_only"]) public var stripeIntegrationID: OAuthIntegration

        public init() {}
    }

    /// The key's own account; any genuine key is told apart by it, even one that may not read it.
    public var probe: String { "/v1/account" }

    public init() {}

    public func client(for config: Config, in context: SourceContext) -> RESTClient {
        let authorization: Authorization =
            switch config.authMethod {
            case .apiKey(let fields): .bearer(fields.stripeSecretKey)
            case .oauth(let fields): .oauth(fields.stripeIntegrationID)
            }
        let version = Self.version
        return RESTClient(
            context, baseURL: "https://api.stripe.com", authorization: authorization,
            paginator: .lastRow("id", parameter: "starting_after", hasMore: "has_more"),
            pageSize: PageSize("limit", 100),
            headers: config.stripeAccountID.map { ["Stripe-Version": version, "Stripe-Account": $0] }
                ?? ["Stripe-Version": version],
            // The object that the position names was deleted meanwhile.
            actions: [ResponseAction([400, 404], field: "error.param", is: "starting_after", .expireResumeToken)])
    }
}

extension IntegrationKind {
    /// An account connected to Stripe.
    public static let stripe = IntegrationKind(rawValue: "stripe")
}

extension FieldRule<String?> {
    /// An account's id, which becomes a header field.
    fileprivate static var stripeAccount: Self {
        Self("an id that begins with acct_") { id in
            id.map { $0.hasPrefix("acct_") && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } } ?? true
        }
    }
}

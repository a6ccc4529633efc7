import Columns

/// A plug-in for one kind of upstream: what a source author writes.
public protocol Source: Sendable {
    /// The settings that a user fills in.
    associatedtype Config: FormFields

    /// Who the source is: type, label, category, documentation.
    static var description: SourceDescription { get }

    /// Errors that no retry can mend, by a part of their message.
    static var nonRetryableErrors: [NonRetryableError] { get }

    init()

    /// Proves that the credentials are genuine, cheaply and without reading a table.
    ///
    /// - Parameter schema: nil when the connection is made: a missing permission on one table is then no reason to
    ///   refuse. Otherwise the one table whose permission is asked about.
    /// - Throws: `SourceError` of kind `invalidCredentials` or `permissionDenied`; anything transient keeps its own kind.
    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws

    /// The tables that this connection offers.
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema]

    /// Reads one table.
    ///
    /// - Throws: `SourceError` of kind `unknownSchema` when `inputs.schema` is none of the source's.
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse
}

extension Source {
    public static var nonRetryableErrors: [NonRetryableError] { [] }
}

/// An upstream's own words for an error that no retry can mend, and what to tell the user instead.
public struct NonRetryableError: Hashable, Sendable {
    /// A part of the message; compared without regard to case.
    public var part: String
    /// The text for the user; nil keeps the upstream's.
    public var message: String?

    /// - Parameter message: what the user is told; nil keeps the upstream's words.
    public init(_ part: String, message: String? = nil) {
        self.part = part
        self.message = message
    }
}

/// The groups of the catalogue.
public enum SourceCategory: String, Hashable, Sendable, Codable, CaseIterable {
    case databases = "Databases"
    case fileStorage = "File storage"
    case advertising = "Advertising"
    case marketing = "Marketing & email"
    case crm = "CRM"
    case sales = "Sales"
    case support = "Customer support"
    case payments = "Payments & billing"
    case finance = "Finance & accounting"
    case analytics = "Analytics"
    case engineering = "Engineering & monitoring"
    case productivity = "Productivity"
    case hr = "HR & recruiting"
    case communication = "Communication"
    case commerce = "E-commerce"
}

/// How finished a source is.
public enum ReleaseStatus: String, Hashable, Sendable, Codable {
    case alpha
    case beta
    case generallyAvailable = "ga"
}

/// Who a source is, for the catalogue.
public struct SourceDescription: Hashable, Sendable {
    /// The stable identifier, such as `Stripe`. Never renamed: stored connections hold it.
    public var type: String
    /// The name that a user sees.
    public var label: String
    /// The group of the catalogue.
    public var category: SourceCategory
    /// The vendor's documentation; https.
    public var docs: String
    /// The icon's file name in the catalogue's Icons folder, without `.svg`; nil means the type in lower case.
    public var icon: String
    /// Words by which a user may look for it.
    public var keywords: [String]
    /// How finished it is.
    public var status: ReleaseStatus
    /// One or two sentences above the form, such as which permissions the key needs.
    public var caption: String?
    /// Whether `schemas` needs neither credentials nor a connection.
    public var listsSchemasWithoutCredentials: Bool

    /// A description; type, label, category and documentation have to be said.
    public init(
        type: String, label: String, category: SourceCategory, docs: String, icon: String? = nil,
        keywords: [String] = [], status: ReleaseStatus = .alpha, caption: String? = nil,
        listsSchemasWithoutCredentials: Bool = false
    ) {
        self.type = type
        self.label = label
        self.category = category
        self.docs = docs
        self.icon = icon ?? type.lowercased()
        self.keywords = keywords
        self.status = status
        self.caption = caption
        self.listsSchemasWithoutCredentials = listsSchemasWithoutCredentials
    }
}

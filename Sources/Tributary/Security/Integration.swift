/// A stored OAuth account, as the host application keeps it.
public struct Integration: Sendable {
    /// The number by which configs refer to it.
    public var id: Int64
    /// The kind, such as `stripe` or `hubspot`.
    public var kind: String
    /// The account's name, for messages.
    public var label: String
    /// What requests carry.
    public var accessToken: Secret
    /// What a new access token is asked for with; nil when none can be.
    public var refreshToken: Secret?
    /// When the access token expires, in microseconds since 1970; nil means never.
    public var expiresAt: Int64?
    /// Where a new token is asked for (RFC 6749, section 6); nil when the token cannot be refreshed.
    public var tokenURL: String?
    /// The host application's identifier at the vendor.
    public var clientID: String?
    /// The host application's secret at the vendor.
    public var clientSecret: Secret?

    /// An account as the host application stored it.
    public init(
        id: Int64, kind: String, label: String, accessToken: Secret, refreshToken: Secret? = nil,
        expiresAt: Int64? = nil, tokenURL: String? = nil, clientID: String? = nil, clientSecret: Secret? = nil
    ) {
        self.id = id
        self.kind = kind
        self.label = label
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
        self.tokenURL = tokenURL
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// All that nobody may see.
    var secrets: [Secret] { [accessToken, refreshToken, clientSecret].compactMap { $0 } }
}

/// Where stored OAuth accounts are looked up and, once refreshed, kept.
public protocol IntegrationStore: Sendable {
    /// The stored account, or nil.
    func integration(id: Int64) async throws -> Integration?
    /// Replaces the stored tokens after a refresh.
    func save(_ integration: Integration) async throws
}

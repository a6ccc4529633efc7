/// What a live HTTP client does when the request does not say otherwise.
public struct HTTPConfiguration: Sendable {
    /// For the name's resolution, the TCP connection and the TLS handshake together.
    public var connectTimeout: Duration = .seconds(30)
    /// From the sending until the whole head of the answer is there, redirects apart.
    public var headTimeout: Duration = .seconds(300)
    /// A transfer slower than this, on average over the request's `idleTimeout`, is given up. It stops a peer that keeps
    /// a connection alive by a byte now and then; time in which we do not read is not counted.
    public var minimumBytesPerSecond = 16
    /// Bytes of a body kept for a reader who is slower than the peer; above it the peer has to wait.
    public var highWaterMark = 1 << 20
    /// How many times larger than its compressed form a body may be. JSON seldom passes 50; deflate ends at 1,032.
    public var maxInflationRatio = 250
    /// Inflated bytes below which the ratio is not looked at.
    public var inflationAllowance = 16 << 20
    /// How many redirects of one request are followed.
    public var maxRedirects = 10
    /// Connections kept open for reuse.
    public var maxIdleConnections = 16
    /// A PEM file of certificate authorities to trust instead of the system's.
    public var certificateAuthorities: String?
    /// Whom the requests come from, unless they say so themselves.
    public var userAgent = "Tributary/1.0"

    public init() {}
}

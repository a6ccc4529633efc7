/// What the names of fields tell.
enum FieldNames {
    private static let credentialWords = [
        "password", "passphrase", "secret", "token", "credential", "private_key", "api_key", "access_key",
        "connection_string", "authorization", "apikey",
    ]
    /// Endings of names that speak about a credential and are none.
    private static let harmlessEndings = [
        "_id", "_ids", "_url", "_type", "_kind", "_name", "public_key", "_expires_at",
    ]

    /// Whether a field of this name holds a credential, so that it must be a ``Secret``.
    static func soundsSecret(_ name: String) -> Bool {
        let name = WireName.normalised(name)
        if harmlessEndings.contains(where: { name.hasSuffix($0) }) { return false }
        return credentialWords.contains { name.contains($0) } || name == "key" || name.hasSuffix("_key")
    }
}

import Foundation

/// A certificate authority for one test, with a certificate for `localhost` and 127.0.0.1, made by the `openssl` command.
public final class ThrowawayCA: Sendable {
    private let folder: TemporaryFolder

    /// PEM files: the authority, and the server's certificate and private key.
    public var authority: String { folder.file("ca.pem").path }
    public var certificate: String { folder.file("server.pem").path }
    public var key: String { folder.file("server.key").path }

    /// Whether the machine has what is needed.
    public static var isAvailable: Bool { ServerProcess.find("openssl") != nil }

    /// Makes the keys and certificates; they are good for two days.
    public init() async throws {
        folder = try TemporaryFolder("ca")
        guard let openssl = ServerProcess.find("openssl") else {
            throw ServerProcess.Failure(description: "Making certificates: the command openssl is not on this machine.")
        }
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await ServerProcess.check(
            openssl,
            ["req", "-x509"] + curve + ["-days", "2", "-subj", "/CN=Throwaway", "-keyout", "ca.key", "-out", "ca.pem"],
            folder: folder.url)
        try await ServerProcess.check(
            openssl, ["req"] + curve + ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"],
            folder: folder.url)
        try folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "names")
        try await ServerProcess.check(
            openssl,
            ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
                + ["-extfile", "names", "-out", "server.pem"],
            folder: folder.url)
    }
}

import Foundation

/// A real nginx on 127.0.0.1 with TLS and HTTP/2, for what only a production server shows.
public final class NginxServer: Sendable {
    private let folder: TemporaryFolder
    private let process: ServerProcess
    public let port: Int

    /// Whether the machine has what is needed (Debian: nginx-light and openssl).
    public static var isAvailable: Bool { ServerProcess.find("nginx") != nil && ThrowawayCA.isAvailable }

    /// Starts nginx with TLS.
    ///
    /// - Parameters:
    ///   - locations: `location` blocks of its configuration.
    ///   - files: Files that it serves under `/`.
    public init(authority: ThrowawayCA, locations: String, files: [String: [UInt8]] = [:]) async throws {
        guard let nginx = ServerProcess.find("nginx") else {
            throw ServerProcess.Failure(description: "Starting nginx: it is not on this machine (Debian: nginx-light).")
        }
        let folder = try TemporaryFolder("nginx")
        self.folder = folder
        for (name, bytes) in files { try Data(bytes).write(to: folder.file(name)) }
        port = FreePort.take()
        let user = ServerProcess.isRoot ? "user root;" : ""
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder.path)/\($0);" }
        try folder.write(
            """
            \(user) daemon off; worker_processes 1; pid \(folder.path)/pid; error_log stderr;
            events { worker_connections 256; }
            http {
                access_log off; default_type application/json; root \(folder.path);
                \(paths.joined(separator: " "))
                gzip on; gzip_min_length 100; gzip_types *;
                server {
                    listen 127.0.0.1:\(port) ssl http2; server_name localhost;
                    ssl_certificate \(authority.certificate); ssl_certificate_key \(authority.key);
                    \(locations)
                }
            }
            """, to: "nginx.conf")
        process = try ServerProcess(
            nginx, ["-p", folder.path, "-c", folder.file("nginx.conf").path, "-e", "stderr"], folder: folder.url)
        try await process.waitUntilReady(port: port)
    }

    /// `https://127.0.0.1:port`.
    public var url: String { "https://127.0.0.1:\(port)" }
}

import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// The files that one `ssh` needs to log in, in a folder that nobody else can enter. They are gone as soon as it has.
///
/// A password or passphrase is never in a file, an argument or the environment: it waits in a named pipe, from which the
/// little script that `ssh` calls for it (`SSH_ASKPASS`) reads one line.
final class SSHWorkplace: Sendable {
    private let folder: String
    private let pipe: Lock<Int32?>
    let hasSecret: Bool
    /// The file with the private key; nil for a password.
    let keyFile: String?

    /// Makes the folder and its files.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig` for a secret that cannot be handed over, `storage` otherwise.
    init(_ authentication: SSHServer.Authentication) throws {
        folder = try Self.makeFolder()
        pipe = Lock(nil)
        let secret: Secret?
        switch authentication {
        case .password(let password):
            (secret, keyFile) = (password, nil)
        case .keyPair(_, let passphrase):
            secret = passphrase.flatMap { $0.isEmpty ? nil : $0 }
            keyFile = folder + "/key"
        }
        hasSecret = secret != nil
        do {
            if case .keyPair(let key, _) = authentication {
                try Self.write(Self.normalised(key), to: folder + "/key", mode: 0o600)
            }
            if let secret { try offer(secret) }
        } catch {
            remove()
            throw error
        }
    }

    deinit { remove() }

    /// What `ssh` must find in its environment to get the secret.
    var environment: [String: String] {
        guard hasSecret else { return [:] }
        return ["SSH_ASKPASS": folder + "/askpass", "SSH_ASKPASS_REQUIRE": "force", "TRIBUTARY_PIPE": folder + "/pipe"]
    }

    /// Where a known_hosts file of this connection alone can be.
    var knownHostsFile: String { folder + "/known_hosts" }

    /// Writes the file of known hosts with one key in it.
    func write(knownHosts text: String) throws { try Self.write(text, to: knownHostsFile, mode: 0o600) }

    /// Takes everything away; harmless when it is gone.
    func remove() {
        pipe.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func offer(_ secret: Secret) throws {
        let line = secret.revealed + "\n"
        guard !secret.revealed.utf8.contains(where: { $0 == 10 || $0 == 0 }), line.utf8.count <= 1024 else {
            throw SourceError(
                .invalidConfig, "Opening an SSH tunnel: the password holds a line break, or more than 1,023 bytes.")
        }
        try Self.write(Self.askpass, to: folder + "/askpass", mode: 0o700)
        let path = folder + "/pipe"
        // Opened for reading too, so that opening does not wait for a reader, and what is written stays.
        let descriptor = mkfifo(path, 0o600) == 0 ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1
        guard descriptor >= 0 else { throw Self.storageError(path) }
        pipe.withLock { $0 = descriptor }
        // A server may ask by two methods (password, keyboard-interactive), each once, and there are three attempts.
        let bytes = Array(String(repeating: line, count: 6).utf8)
        guard systemWrite(descriptor, bytes, bytes.count) == bytes.count else { throw Self.storageError(path) }
    }

    /// `read` and `printf` are the shell's own: the secret is in nobody's argument list.
    private static let askpass = """
        #!/bin/sh
        IFS= read -r line < "$TRIBUTARY_PIPE" && printf '%s\\n' "$line"

        """

    /// OpenSSH refuses a key without a line break at its end, and one pasted from Windows.
    private static func normalised(_ key: Secret) -> String {
        let text = key.revealed.replacingOccurrences(of: "\r\n", with: "\n")
        return text.trimmingCharacters(in: .whitespacesAndNewlines) + "\n"
    }

    /// In memory where the system has such a place, so that a key does not reach a disk.
    private static func makeFolder() throws -> String {
        let memory = "/dev/shm"
        let base = access(memory, W_OK) == 0 ? memory : FileManager.default.temporaryDirectory.path
        var template = Array("\(base)/tributary-ssh-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw storageError(base) }
        return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    private static func write(_ text: String, to path: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw storageError(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard systemWrite(descriptor, bytes, bytes.count) == bytes.count else { throw storageError(path) }
    }

    private static func storageError(_ path: String) -> SourceError {
        SourceError(
            .storage, "Opening an SSH tunnel: writing \(path): \(String(cString: strerror(errno))).",
            advice: "Make room in the folder for temporary files.")
    }
}

/// `write(2)`, which the type's own functions of that name hide.
private func systemWrite(_ descriptor: Int32, _ bytes: [UInt8], _ count: Int) -> Int { write(descriptor, bytes, count) }

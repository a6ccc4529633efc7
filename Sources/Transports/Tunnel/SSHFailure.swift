import Foundation
import Tributary

/// What the words of an `ssh` that gave up mean.
struct SSHFailure {
    let server: SSHServer
    let target: NetworkEndpoint

    private var label: String { "Opening an SSH tunnel through \(server.endpoint.host) port \(server.endpoint.port)" }

    /// The error of an outcome other than success.
    func error(_ outcome: SSHStartup.Outcome) -> SourceError {
        switch outcome {
        case .forwards: return unknown([])
        case .notStarted(let code):
            return SourceError(
                .driverMissing, "\(label): the command ssh cannot be started (\(String(cString: strerror(code)))).",
                advice: "Install OpenSSH's client (Debian: openssh-client).")
        case .timedOut(let isLoggedIn):
            let what = isLoggedIn ? "\(targetName) did not answer in time" : "the server did not answer in time"
            return SourceError(.timedOut, "\(label): \(what).", recovery: .retry(after: nil))
        case .failed(let words):
            let said = words.said
            return hostKeyError(said, words.hostKey) ?? loginError(words) ?? targetError(said) ?? connectionError(said)
                ?? unknown(said)
        }
    }

    private var targetName: String { "\(target.host) port \(target.port)" }

    private func hostKeyError(_ said: [String], _ hostKey: String?) -> SourceError? {
        guard said.contains(where: { $0.contains("Host key verification failed") }) else { return nil }
        let shown = hostKey.map { " It showed \($0)." } ?? ""
        let isFirstSeen = server.hostKey == nil
        let what =
            isFirstSeen
            ? "the server's host key has changed since the first connection"
            : "the server's host key is not the expected one"
        return SourceError(
            .permissionDenied, "\(label): \(what).\(shown)",
            advice: isFirstSeen
                ? "Somebody may be in between. If the server was set up anew, remove its line from the file of known hosts."
                : "Somebody may be in between. If the key is right, put it into the configuration.")
    }

    private func loginError(_ words: SSHStartup.Words) -> SourceError? {
        let said = words.said
        let isLocked = said.contains { $0.contains("incorrect passphrase") }
        let isBroken = said.contains { $0.contains("invalid format") || $0.contains("error in libcrypto") }
        if isBroken && server.isKeyPair {
            return invalid(
                "the private key cannot be read",
                "Give the whole private key, in OpenSSH or PEM form, with its passphrase.")
        }
        guard let denied = said.last(where: { $0.contains("Permission denied (") }) else { return nil }
        if words.isKeyAccepted || isLocked {
            let what =
                server.hasPassphrase
                ? "the passphrase does not fit the private key" : "the private key needs a passphrase"
            return invalid(what, "Check the passphrase.")
        }
        let methods = denied.drop { $0 != "(" }.prefix { $0 != ")" }.dropFirst()
        let accepted = methods.split(separator: ",")
        let mine = server.isKeyPair ? ["publickey"] : ["password", "keyboard-interactive"]
        if !accepted.contains(where: { mine.contains(String($0)) }) {
            return invalid(
                "the server accepts no \(server.isKeyPair ? "key pair" : "password"), only \(methods)",
                "Choose another way to log in.")
        }
        let what = server.isKeyPair ? "the key" : "the user name or the password"
        return invalid("the server refuses \(what)", "Check the user name '\(server.username)' and the credentials.")
    }

    private func invalid(_ what: String, _ advice: String) -> SourceError {
        SourceError(.invalidCredentials, "\(label): \(what).", advice: advice)
    }

    private func targetError(_ said: [String]) -> SourceError? {
        guard let line = said.last(where: { $0.contains("open failed:") }),
            let range = line.range(of: "open failed: ")
        else { return nil }
        let reason = line[range.upperBound...]
        if reason.contains("prohibited") {
            return SourceError(
                .permissionDenied, "\(label): the server does not let this user reach \(targetName) (\(reason)).",
                advice: "Allow TCP forwarding for the user on the SSH server (AllowTcpForwarding, PermitOpen).")
        }
        return SourceError(
            .unreachable, "\(label): the server cannot reach \(targetName) (\(reason)).",
            advice: "Check host and port as the SSH server sees them.", recovery: .retry(after: nil))
    }

    private func connectionError(_ said: [String]) -> SourceError? {
        let signs = [
            "connect to ", "kex_exchange_identification", "banner", "Connection closed by", "Connection reset",
        ]
        let more = [
            "Timeout, server", "Connection to ", "client_loop", "Unable to negotiate", "Network is unreachable",
        ]
        guard let line = said.last(where: { line in (signs + more).contains { line.contains($0) } }) else { return nil }
        return SourceError(
            .unreachable, "\(label): the server cannot be reached (\(line.trimmingCharacters(in: .whitespaces))).",
            advice: "Check host and port of the SSH server, and that a firewall lets us through.",
            recovery: .retry(after: nil))
    }

    private func unknown(_ said: [String]) -> SourceError {
        let words = said.suffix(3).joined(separator: " / ")
        return SourceError(
            .unreachable, "\(label): ssh gave up\(words.isEmpty ? "" : " (\(words))").", recovery: .retry(after: nil))
    }

    /// Whether only the local port was taken by somebody else, and another one may do.
    static func isPortTaken(_ outcome: SSHStartup.Outcome) -> Bool {
        guard case .failed(let words) = outcome else { return false }
        return words.said.contains { $0.contains("Address already in use") || $0.contains("cannot listen to port") }
    }
}

extension SSHServer {
    fileprivate var isKeyPair: Bool { if case .keyPair = authentication { true } else { false } }

    fileprivate var hasPassphrase: Bool {
        if case .keyPair(_, let passphrase?) = authentication { !passphrase.isEmpty } else { false }
    }
}

import Columns
import Foundation
import Tributary

/// Secrets of the kit's own, in which no letters follow each other as they do elsewhere: a part of one is known wherever
/// it stands.
///
/// Those of a fixture, such as `fake-api-key-1`, are made of words, and a part of them tells nothing.
enum StrongSecret {
    /// None is a digit of a hexadecimal number, such as the ids that a run makes for itself.
    private static let letters = Array("ghjkmnpqrstvwxyzGHJKMNPQRSTVWXYZ")
    private static let length = 32
    /// A shorter part may be what a key is told by, as `…4f2a`.
    private static let shortestPart = 6

    /// The secret of a number; the same one each time.
    static func make(_ number: Int) -> String {
        var generator = SeededGenerator(UInt64(number) &+ 1)
        return String((0..<length).map { _ in letters[Int(generator.next() >> 32) % letters.count] })
    }

    static func isOne(_ text: String) -> Bool { text.utf8.count == length && text.allSatisfy(letters.contains) }

    static func parts(of secret: String) -> [String] {
        let letters = Array(secret)
        return (0...(letters.count - shortestPart)).map { String(letters[$0..<($0 + shortestPart)]) }
    }
}

extension CheckCase {
    /// The same case with secrets of the kit's own, where a model answers: it does not judge them.
    ///
    /// A case without a model stays as it is, and so does one whose source or recording knows only the scenario's own.
    func strengthened() async throws -> CheckCase {
        let known = canaries.secrets.filter { $0.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) } }
        let new = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, StrongSecret.make($0)) })
        var strong = self
        for field in HostTaint.texts(of: .object(config), at: []) {
            guard let secret = new[field.value] else { continue }
            strong.config = HostTaint.replacing(field, by: secret, in: strong.config)
        }
        strong.accounts = accounts.map { account in
            func replaced(_ secret: Secret) -> Secret { Secret(new[secret.revealed] ?? secret.revealed) }
            var account = account
            account.accessToken = replaced(account.accessToken)
            account.refreshToken = account.refreshToken.map(replaced)
            account.clientSecret = account.clientSecret.map(replaced)
            return account
        }
        // A rule of the form may want another kind of text.
        guard (try? source.configure(.object(strong.config))) != nil, let bench = try? await Bench.make(strong) else {
            return self
        }
        let run = try await bench.run(bench.plan(.fullRefresh), of: bench.upstream())
        return run.succeeded ? strong : self
    }
}

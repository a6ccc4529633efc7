import Crypto
import Foundation
import Tributary

/// Encrypts what must not lie on the disk in clear: AES-GCM with 256 bits (NIST SP 800-38D), a fresh nonce each time.
///
/// The place of a value (table and name) is authenticated with it, so that a stored value cannot be moved elsewhere.
struct SecretBox: Sendable {
    private let key: SymmetricKey

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func seal(_ text: String, place: String) throws -> Data {
        let box = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: Data(place.utf8))
        guard let combined = box.combined else {
            throw SourceError(.storage, "Encrypting \(place): the cipher gave no bytes.")
        }
        return combined
    }

    func open(_ sealed: Data, place: String) throws -> String {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            let bytes = try AES.GCM.open(box, using: key, authenticating: Data(place.utf8))
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw SourceError(
                .storage, "Decrypting \(place): the key does not fit, or the stored bytes were changed.",
                advice: "Give the key that was used when it was stored (key file or TRIBUTARY_KEY), or store it anew.")
        }
    }
}

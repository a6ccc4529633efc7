import Columns
import Foundation
import Tributary

/// Reads the bodies of exchanges from the scenario's folder.
struct BodyReader {
    let folder: URL
    /// The HAR file's name for messages.
    let file: String

    /// The body's bytes.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func bytes(_ body: RecordedBody, of exchange: Exchange) throws -> [UInt8] {
        switch body {
        case .empty: return []
        case .bytes(let bytes): return bytes
        case .json(let value): return value.serialized()
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: try url(path, of: exchange).path) else {
                throw missing(path, of: exchange)
            }
            return [UInt8](data)
        }
    }

    private func url(_ path: String, of exchange: Exchange) throws -> URL {
        guard let url = (try? FixturePath(path))?.resolved(in: folder) else { throw missing(path, of: exchange) }
        return url
    }

    private func missing(_ path: String, of exchange: Exchange) -> SourceError {
        .fixture(
            file: file, at: "entry \(exchange.id)",
            "its body \(path) is missing, or is no file of the scenario's folder")
    }
}

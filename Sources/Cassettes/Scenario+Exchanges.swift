import Foundation
import Tributary

/// One recorded exchange with its bodies read, for whoever looks at the material itself instead of replaying it.
public struct RecordedExchange: Sendable {
    public let exchange: Exchange
    /// The body of the request.
    public let requestBody: [UInt8]
    /// The body of the answer, decoded.
    public let body: [UInt8]

    public var id: String { exchange.id }
    public var url: String { exchange.request.url }
    public var status: Int { exchange.response.status }
}

extension Scenario {
    /// What one state recorded over HTTP, in order; nothing when it recorded none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func exchanges(state name: String) throws -> [RecordedExchange] {
        guard let path = try state(name).http else { return [] }
        guard let bytes = FileManager.default.contents(atPath: folder.appendingPathComponent(path).path) else {
            throw SourceError.fixture(file: id, at: nil, "the file \(path) is missing")
        }
        let file = "\(id)/\(path)"
        let bodies = BodyReader(folder: folder, file: file)
        return try HARDocument([UInt8](bytes), file: file).exchanges.map { exchange in
            RecordedExchange(
                exchange: exchange, requestBody: try bodies.bytes(exchange.request.body, of: exchange),
                body: try bodies.bytes(exchange.response.body, of: exchange))
        }
    }
}

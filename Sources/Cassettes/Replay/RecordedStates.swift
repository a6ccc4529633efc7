import Columns
import Foundation
import Tributary

/// What the states of one scenario recorded, read from its files when a state is first asked for and kept: thousands of
/// checks look at the same recording.
final class RecordedStates: Sendable {
    private let known = Lock<[String: RecordedState]>([:])
    private let cassettes = Lock<[String: StatementCassette]>([:])

    /// The recording of a HAR file.
    ///
    /// - Parameters:
    ///   - path: the file, relative to the scenario's folder.
    ///   - id: the scenario's id, for messages.
    /// - Throws: `SourceError` of kind `invalidFixture`, also for a body that is missing.
    func recording(at path: String, in folder: URL, of id: String, rules: MatchRules) throws -> RecordedState {
        try known.withLock { known in
            if let recording = known[path] { return recording }
            let recording = try RecordedState(path, in: folder, of: id, rules: rules)
            known[path] = recording
            return recording
        }
    }

    /// The cassette of a database.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func cassette(at path: String, in folder: URL, of id: String) throws -> StatementCassette {
        try cassettes.withLock { known in
            if let cassette = known[path] { return cassette }
            let file = "\(id)/\(path)"
            guard let data = FileManager.default.contents(atPath: folder.appending(path: path).path) else {
                throw SourceError.fixture(file: id, at: nil, "the file \(path) is missing")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw SourceError.fixture(file: file, at: nil, "it is not UTF-8")
            }
            let cassette = try StatementCassette(parsing: text, file: file)
            known[path] = cassette
            return cassette
        }
    }
}

/// One state's recording: its exchanges, their bodies, and what of each request counts.
struct RecordedState: Sendable {
    /// The HAR file.
    let index: URL
    let exchanges: [RecordedExchange]
    let keys: [RequestKey]
    let rules: MatchRules

    fileprivate init(_ path: String, in folder: URL, of id: String, rules: MatchRules) throws {
        index = folder.appendingPathComponent(path)
        guard let bytes = FileManager.default.contents(atPath: index.path) else {
            throw SourceError.fixture(file: id, at: nil, "the file \(path) is missing")
        }
        let file = "\(id)/\(path)"
        let bodies = BodyReader(folder: folder, file: file)
        exchanges = try HARDocument([UInt8](bytes), file: file).exchanges.map { exchange in
            RecordedExchange(
                exchange: exchange, requestBody: try bodies.bytes(exchange.request.body, of: exchange),
                body: try bodies.bytes(exchange.response.body, of: exchange))
        }
        keys = try exchanges.map { recorded in
            let request = recorded.exchange.request
            return try RequestKey(
                method: request.method, url: request.url, headers: request.headers, body: recorded.requestBody,
                rules: rules)
        }
        self.rules = rules
    }
}

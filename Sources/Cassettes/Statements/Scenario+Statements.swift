import Foundation
import Tributary

extension Scenario {
    /// A database that answers what a state's cassette holds; nil when the state has none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func statements(state name: String) throws -> StatementReplay? {
        guard let path = try state(name).database else { return nil }
        let file = "\(id)/\(path)"
        guard let data = FileManager.default.contents(atPath: folder.appending(path: path).path) else {
            throw SourceError.fixture(file: id, at: nil, "the file \(path) is missing")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SourceError.fixture(file: file, at: nil, "it is not UTF-8")
        }
        let cassette = try StatementCassette(parsing: text, file: file)
        guard cassette.state == name else {
            throw SourceError.fixture(file: file, at: "%state", "it is that of \(cassette.state), and not of \(name)")
        }
        return StatementReplay(cassette, place: "\(id) at \(name)")
    }
}

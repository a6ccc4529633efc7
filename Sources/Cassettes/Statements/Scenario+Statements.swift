import Tributary

extension Scenario {
    /// A database that answers what a state's cassette holds; nil when the state has none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func statements(state name: String) throws -> StatementReplay? {
        guard let path = try state(name).database else { return nil }
        let cassette = try recordings.cassette(at: path, in: folder, of: id)
        guard cassette.state == name else {
            throw SourceError.fixture(
                file: "\(id)/\(path)", at: "%state", "it is that of \(cassette.state), and not of \(name)")
        }
        return StatementReplay(cassette, place: "\(id) at \(name)")
    }
}

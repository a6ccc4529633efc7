import Columns
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Tributary

@testable import Cassettes

/// What a read emitted.
struct Emitted {
    var rows: [Row] = []
    /// One entry for each item or position: the rows so far, and the position behind them.
    var positions: [(rowCount: Int, token: ResumeToken?)] = []

    /// The values of some columns, joined by a slash, as texts.
    func keys(_ columns: [String]) -> [String] {
        rows.map { row in columns.map { row[$0].map(Self.text) ?? "missing" }.joined(separator: "/") }
    }

    static func text(_ value: JSONValue) -> String {
        value.string ?? String(decoding: value.serialized(), as: UTF8.self)
    }
}

struct Interrupted: Error {}

/// Runs a read, optionally cut short after a number of items.
func run(_ response: SourceResponse, stopAfter limit: Int = .max) async throws -> Emitted {
    let state = Lock(Emitted())
    do {
        try await response.items.run(
            into: Emitter { item, token in
                let count = try state.withLock { emitted in
                    if let item { emitted.rows += try rows(of: item) }
                    emitted.positions.append((emitted.rows.count, token))
                    return emitted.positions.count
                }
                if count >= limit { throw Interrupted() }
            })
    } catch is Interrupted {}
    return state.withLock { $0 }
}

private func rows(of item: Item) throws -> [Row] {
    switch item {
    case .row(let row): return [row]
    case .rows(let rows): return rows
    case .table: throw SourceError(.unexpectedAnswer, "A table came from a source of JSON.")
    case .json(let page): return try page.parsedRows()
    }
}

extension Scenario {
    static func named(_ id: String) throws -> Scenario { try Scenario(at: FixtureFolder.scenario(id)) }

    /// The scenario's source with the scenario's config.
    func source() throws -> ConfiguredSource {
        try SourceRegistry.builtIn.source(manifest.source).configure(.object(config))
    }

    /// Inputs for one schema as the manifest declares it.
    func inputs(
        _ schema: String, _ syncType: SyncType = .fullRefresh, last: CursorValue? = nil, token: ResumeToken? = nil
    ) -> SourceInputs {
        let field = manifest.schemas.first { $0.name == schema }?.field
        return SourceInputs(
            schema: schema, syncType: syncType, cursorField: syncType == .fullRefresh ? nil : field,
            watermark: Watermark(last: last), resumeToken: token)
    }

    /// A figure of the manifest.
    func expected(_ state: String, _ schema: String, _ figure: String) -> JSONValue? {
        manifest.expected[state]?[schema]?[figure]
    }
}

/// The error that `body` throws; nil when it throws none.
func sourceError(_ body: () async throws -> Void) async throws -> SourceError? {
    do {
        try await body()
        return nil
    } catch let error as SourceError {
        return error
    }
}

import Columns
import TestSupport
import Tributary

/// What a read emitted, row by row, with the token behind each item.
struct Reading: Sendable {
    var rows: [JSONValue] = []
    /// After each item or position: the number of rows so far and the token.
    var marks: [(rows: Int, token: ResumeToken)] = []

    /// Reads a response to its end.
    ///
    /// - Parameter limit: stops the run, as a crash does, when so many items and positions have been taken.
    static func run(_ response: SourceResponse, stopAfter limit: Int? = nil) async throws -> Reading {
        let state = Lock(Reading())
        do {
            try await response.items.run(
                into: Emitter { item, token in
                    let count = try state.withLock { reading in
                        if let item { reading.rows += try rows(of: item) }
                        if let token { reading.marks.append((reading.rows.count, token)) }
                        return reading.marks.count
                    }
                    if count == limit { throw Stopped() }
                })
        } catch is Stopped {}
        return state.withLock { $0 }
    }

    private struct Stopped: Error {}

    private static func rows(of item: Item) throws -> [JSONValue] {
        guard case .json(let page) = item else { return [] }
        return try page.parsedRows().map { .object($0) }
    }
}

extension RESTClient {
    /// Reads one endpoint to its end.
    func read(
        _ endpoints: RESTEndpoint..., inputs: SourceInputs? = nil, stopAfter limit: Int? = nil
    ) async throws -> Reading {
        let inputs = inputs ?? SourceInputs(schema: endpoints[0].name)
        return try await Reading.run(try response(to: inputs, from: endpoints), stopAfter: limit)
    }
}

extension SourceInputs {
    /// An incremental read by a field.
    static func incremental(
        _ schema: String, by field: IncrementalField, last: CursorValue? = nil, earliest: CursorValue? = nil,
        type: SyncType = .incremental, resume: ResumeToken? = nil
    ) -> SourceInputs {
        SourceInputs(
            schema: schema, syncType: type, cursorField: field, watermark: Watermark(last: last, earliest: earliest),
            resumeToken: resume)
    }
}

import Columns
import Foundation
import Lake
import Pipeline
import Tributary

/// What one preview knows: the source, its upstream, and the sample that is running or has run.
public actor PreviewSession {
    /// Where a preview's answers come from.
    public struct Upstream: Sendable {
        /// For the page, such as `live` or `stripe/billing at t0`.
        public var name: String
        /// What a source is handed; made anew for each call, since a recording is served once.
        public var context: @Sendable () throws -> SourceContext
        /// Values that fill the form at first: the fakes of a recording.
        public var config: JSONObject?

        public init(name: String, config: JSONObject? = nil, context: @escaping @Sendable () throws -> SourceContext) {
            self.name = name
            self.config = config
            self.context = context
        }
    }

    private nonisolated let any: AnySource
    private nonisolated let upstream: Upstream
    private let sampleRows: Int
    private var current: Sample?

    /// A preview of a source.
    ///
    /// - Parameter sampleRows: the rows after which a sample ends, a page more or less.
    public init(_ source: AnySource, upstream: Upstream, sampleRows: Int = 1_000) {
        any = source
        self.upstream = upstream
        self.sampleRows = sampleRows
    }

    /// The form, and who the source is.
    nonisolated var source: JSONValue {
        var object = JSONObject([("upstream", .string(upstream.name))])
        if let bytes = try? JSONEncoder().encode(any.form), let form = try? JSONValue(parsing: Array(bytes)) {
            object["form"] = form
        }
        object["config"] = upstream.config.map { .object($0) }
        object["problems"] = PreviewText.texts(any.declarationProblems)
        return .object(object)
    }

    /// What is wrong with a config, field by field; asks nothing of the upstream.
    nonisolated func problems(_ config: JSONValue) -> JSONValue {
        do {
            _ = try any.configure(config)
            return ["problems": []]
        } catch let error as SourceError {
            guard let config = error.underlying as? ConfigError else { return PreviewText.problem(error) }
            return ["problems": PreviewText.problems(config)]
        } catch {
            return ["message": .string("\(error)")]
        }
    }

    func credentials(_ config: JSONValue) async throws -> JSONValue {
        try await any.configure(config).validateCredentials(in: upstream.context())
        return ["message": .string("\(any.description.label) accepts the credentials.")]
    }

    func schemas(_ config: JSONValue) async throws -> JSONValue {
        let schemas = try await any.configure(config).schemas(in: upstream.context())
        return .array(
            schemas.map { schema in
                let fields = schema.incrementalFields.map { field in
                    JSONValue.object(
                        JSONObject([("name", .string(field.name)), ("type", .string(field.type.rawValue))]))
                }
                var object = JSONObject([
                    ("name", .string(schema.name)), ("label", .string(schema.label ?? schema.name)),
                    ("primaryKeys", PreviewText.texts(schema.primaryKeys)), ("incrementalFields", .array(fields)),
                    ("syncTypes", PreviewText.texts(schema.syncTypes.map(\.rawValue))),
                ])
                object["description"] = schema.description.map { .string($0) }
                object["warning"] = schema.rowSecurityWarning.map { .string($0) }
                object["rows"] = (schema.rowCount ?? schema.estimatedRowCount).map(PreviewText.number)
                return .object(object)
            })
    }

    /// Starts a sample: `{"config": …, "schema": "invoices", "syncType": "incremental", "cursorField": "updated_at"}`.
    func start(_ request: JSONValue) async throws -> JSONValue {
        guard let schema = request["schema"]?.string, let type = request["syncType"]?.string.flatMap(SyncType.init)
        else {
            throw SourceError(.invalidConfig, "Starting a sample: 'schema' and 'syncType' are needed.")
        }
        let source = try any.configure(request["config"] ?? [:])
        current?.cancel()
        let sample = try Sample(
            source: source, context: try upstream.context(), schema: schema, syncType: type,
            cursorField: type == .fullRefresh ? nil : request["cursorField"]?.string, rows: sampleRows)
        current = sample
        return await sample.json
    }

    /// How the sample goes, or went.
    var sample: JSONValue {
        get async { await current?.json ?? ["state": "none"] }
    }
}

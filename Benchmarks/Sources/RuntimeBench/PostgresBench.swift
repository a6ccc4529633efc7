import Columns
import Foundation
import Lake
import Pipeline
import SourceCatalog
import Tributary

/// One PostgreSQL table into a Delta table, by the whole runtime and the built-in source.
struct PostgresBench {
    let out: String
    let port: String

    func run() async throws {
        let config = JSONValue.object(
            JSONObject([
                ("host", "127.0.0.1"), ("port", .string(port)), ("database", "postgres"), ("user", "postgres"),
                ("password", "none"), ("schema", "public"),
            ]))
        let source = try SourceRegistry.builtIn.source("postgres").configure(config)
        let store = try StateStore(folder: out + "/state")
        let engine = SyncEngine(
            source: source, context: BenchContext.live(store), lake: LocalStorage(out + "/lake"), store: store)
        let request = SyncRequest(
            connection: "bench", schema: "orders", syncType: .incremental, cursorField: "updated_at")
        let summary = try await engine.run(request)
        print("\(summary.rowsRead) rows, \(summary.commits) commits")
    }
}

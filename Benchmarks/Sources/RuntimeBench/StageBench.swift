import Columns
import Foundation
import Lake

/// One stage alone, timed inside the process: JSON to columns, Parquet written, Parquet read.
struct StageBench {
    let pages: String
    let out: String

    private struct Figure: Encodable {
        var stage: String
        var rows: Int
        var bytes: Int
        var cpu: Double
    }

    func run() async throws {
        let bodies = try pageFiles().map { Array(try Data(contentsOf: $0)) }
        let size = bodies.reduce(0) { $0 + $1.count }
        var tables: [Table] = []
        let parsing = try await timed {
            let builder = TableBuilder()
            for body in bodies {
                _ = try builder.append(page: body, rows: "data")
                tables += builder.takeFullTables()
            }
            tables += builder.takeAll()
        }
        let rows = tables.reduce(0) { $0 + $1.rowCount }
        try report(Figure(stage: "JSON to columns", rows: rows, bytes: size, cpu: parsing))
        guard let schema = tables.last?.schema else { return }
        let memory = tables.reduce(0) { $0 + $1.byteCount }
        let storage = LocalStorage(out, isDurable: false)
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        let writing = try await timed {
            let file = try storage.createFile("own.parquet")
            let writer = ParquetWriter(schema: schema, to: file)
            for table in tables { try await writer.write(table) }
            _ = try await writer.finish()
            try await file.finish()
        }
        try report(Figure(stage: "Parquet write", rows: rows, bytes: memory, cpu: writing))
        let reading = try await timed {
            let reader = try await ParquetReader(source: try storage.open("own.parquet"))
            for index in 0..<reader.rowGroupCount { _ = try await reader.readRowGroup(index) }
        }
        try report(Figure(stage: "Parquet read", rows: rows, bytes: memory, cpu: reading))
    }

    /// At most a thousand pages, in order of their names, as the peer takes them.
    private func pageFiles() throws -> [URL] {
        let names = try FileManager.default.contentsOfDirectory(atPath: pages).filter { $0.hasSuffix(".json") }
        return names.sorted().prefix(1_000).map { URL(filePath: pages).appending(path: $0) }
    }

    private func timed(_ body: () async throws -> Void) async rethrows -> Double {
        let started = cpuSeconds()
        try await body()
        return cpuSeconds() - started
    }

    private func report(_ figure: Figure) throws {
        print(String(decoding: try JSONEncoder().encode(figure), as: UTF8.self))
    }
}

import Columns
import Foundation
import TestSupport
import Testing

@testable import Lake

/// Our tables in the hands of delta-rs, and back.
@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)")) struct DeltaExchangeTests {
    static let schema = TableSchema([
        Field("id", .int64), Field("name", .utf8), Field("at", .timestamp),
        Field("price", .decimal128(precision: 9, scale: 2)),
    ])

    private func rows(_ ids: some Sequence<Int>, name: String) -> Table {
        Table(
            Self.schema,
            ids.map { id in
                [
                    "id": .int(Int64(id)), "name": .string(name), "at": .timestamp(Int64(id) * 1_000_000_007),
                    "price": .decimal(Decimal128(unscaled: Int128(id), scale: 2)),
                ]
            })
    }

    private func run(_ lake: TemporaryLake, _ script: String) async throws -> [String: String] {
        let imports = """
            import decimal, datetime, glob, os
            import deltalake, polars, pyarrow as pa
            from deltalake import DeltaTable, write_deltalake
            path = data['path']
            def batch(ids, name, partition):
                return pa.table({
                    'id': pa.array(ids, pa.int64()), 'name': pa.array([name] * len(ids)),
                    'at': pa.array([i * 1000000007 for i in ids], pa.timestamp('us', 'UTC')),
                    'price': pa.array([decimal.Decimal(i) / 100 for i in ids], pa.decimal128(9, 2)),
                    '_partition': pa.array([partition(i) for i in ids])})
            result = {}

            """
        return try await PythonOracle.run(imports + script, ["path": lake.path])
    }

    private let layout = Partitioning.numerical(key: "id", size: 10)

    @Test("delta-rs appends, merges and checkpoints; we read the result and go on")
    func thereAndBack() async throws {
        let lake = try TemporaryLake()
        let plan = WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: layout, mode: .merge, options: .testing)
        let writer = try await lake.table.writer(plan)
        try await writer.append(rows(0..<30, name: "ours"))
        _ = try await writer.commit(properties: ["watermark": "29"], transaction: ("run", 4))
        let answer = try await run(
            lake,
            """
            write_deltalake(path, batch([30, 31], 'theirs', lambda i: '3'), mode='append')
            (DeltaTable(path).merge(batch([5, 32], 'merged', lambda i: str(i // 10)), 's.id = t.id', source_alias='s', target_alias='t')
                .when_matched_update_all().when_not_matched_insert_all().execute())
            table = DeltaTable(path)
            table.create_checkpoint()
            result['version'] = str(table.version())
            result['transaction'] = str(table.transaction_version('run'))
            result['watermark'] = table.metadata().configuration['tributary.watermark']
            """)
        #expect(answer == ["version": "2", "transaction": "4", "watermark": "29"])
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.version == 2 && snapshot.rowCount == 33)
        #expect(snapshot.properties == ["watermark": "29"] && snapshot.transactionVersion(appID: "run") == 4)
        #expect(snapshot.partitioning == layout && snapshot.primaryKeys == ["id"])
        // The writer has an old view, and must notice.
        try await writer.append(rows([4, 5, 31, 33], name: "again"))
        let report = try await writer.commit()
        #expect(report.version == 3 && report.rowsUpdated == 3 && report.rowsInserted == 1 && report.rowsTotal == 34)
        #expect(try await counts(lake) == ["ours": 28, "theirs": 1, "merged": 1, "again": 4])
        let theirs = try await run(lake, "result['rows'] = str(DeltaTable(path).to_pyarrow_table().num_rows)")
        #expect(theirs["rows"] == "34")
    }

    private func counts(_ lake: TemporaryLake) async throws -> [String: Int] {
        try await lake.rows().reduce(into: [:]) { counts, row in
            if case .string(let name)? = row["name"] { counts[name, default: 0] += 1 }
        }
    }

    @Test("A checkpoint of ours carries the table when the commits before it are gone")
    func ourCheckpoint() async throws {
        let lake = try TemporaryLake()
        let plan = WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: layout, mode: .merge, options: .testing)
        let writer = try await lake.table.writer(plan)
        for batch in 0..<13 {
            try await writer.append(rows(batch * 4..<batch * 4 + 6, name: "batch \(batch)"))
            _ = try await writer.commit(properties: ["watermark": "\(batch)"], transaction: ("run", Int64(batch)))
        }
        let before = try await lake.rows().counts
        for version in 0..<10 {
            try lake.storage.delete("shop/orders/_delta_log/\(LogListing.name(Int64(version))).json")
        }
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.version == 12 && snapshot.properties["watermark"] == "12")
        #expect(snapshot.transactionVersion(appID: "run") == 12)
        #expect(try await lake.rows().counts == before)
        let answer = try await run(
            lake,
            """
            table = DeltaTable(path)
            result['rows'] = str(table.to_pyarrow_table().num_rows)
            result['polars'] = str(polars.scan_delta(path).collect().height)
            result['transaction'] = str(table.transaction_version('run'))
            result['watermark'] = table.metadata().configuration['tributary.watermark']
            write_deltalake(path, batch([900], 'theirs', lambda i: '90'), mode='append')
            result['after'] = str(DeltaTable(path).to_pyarrow_table().num_rows)
            result['last'] = open(os.path.join(path, '_delta_log', '_last_checkpoint')).read()[:13]
            """)
        #expect(answer["rows"] == "54" && answer["polars"] == "54" && answer["after"] == "55")
        #expect(answer["transaction"] == "12" && answer["watermark"] == "12")
        #expect(try await lake.rows().count == 55)
    }

    @Test("A checkpoint of delta-rs carries the table when the commits before it are gone")
    func theirCheckpoint() async throws {
        let lake = try TemporaryLake()
        try await lake.write(
            rows(0..<25, name: "ours"), keys: ["id"], partitioning: layout, properties: ["watermark": "24"])
        _ = try await run(
            lake,
            """
            for n in range(3):
                write_deltalake(path, batch([100 + n], 'theirs', lambda i: '10'), mode='append')
            DeltaTable(path).create_checkpoint()
            for version in range(3):
                os.remove(os.path.join(path, '_delta_log', '%020d.json' % version))
            """)
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.version == 3 && snapshot.rowCount == 28 && snapshot.properties == ["watermark": "24"])
        let report = try await lake.write(rows([101, 7, 300], name: "again"), keys: ["id"], mode: .merge)
        #expect(report.version == 4 && report.rowsUpdated == 2 && report.rowsTotal == 29)
        let answer = try await run(lake, "result['rows'] = str(DeltaTable(path).to_pyarrow_table().num_rows)")
        #expect(answer["rows"] == "29")
    }

    @Test("delta-rs compacts and vacuums our table, and we go on")
    func theirMaintenance() async throws {
        let lake = try TemporaryLake()
        for batch in 0..<4 {
            try await lake.write(
                rows(batch * 5..<batch * 5 + 5, name: "ours"), keys: ["id"], partitioning: layout, mode: .merge)
        }
        _ = try await run(
            lake,
            """
            table = DeltaTable(path)
            table.optimize.compact()
            table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
            """)
        #expect(try await lake.rows().count == 20)
        let report = try await lake.write(rows([3, 19, 40], name: "again"), keys: ["id"], mode: .merge)
        #expect(report.rowsUpdated == 2 && report.rowsTotal == 21)
    }

    @Test("delta-rs in another process and we write at once, and nothing is lost")
    func concurrentProcesses() async throws {
        let lake = try TemporaryLake()
        let plan = WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: layout, mode: .merge, options: .testing)
        let writer = try await lake.table.writer(plan)
        try await writer.append(rows(0..<5, name: "ours"))
        _ = try await writer.commit()
        // delta-rs gives up where the metadata changed meanwhile; its caller tries again.
        async let theirs = run(
            lake,
            """
            import time
            for n in range(15):
                while True:
                    try:
                        write_deltalake(path, batch([100000 + n], 'theirs', lambda i: str(i // 10)), mode='append')
                        break
                    except deltalake.exceptions.CommitFailedError:
                        time.sleep(0.01)
            """)
        var batch = 1
        while try await counts(lake)["theirs", default: 0] < 15, batch < 400 {
            try await writer.append(rows(batch * 5 - 1..<batch * 5 + 5, name: "ours"))
            _ = try await writer.commit(properties: ["watermark": "\(batch)"])
            batch += 1
        }
        _ = try await theirs
        let ids = try await lake.rows().compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count && ids.count == batch * 5 + 15)
    }

    @Test("A table of a feature that is not supported is refused with its name")
    func unsupportedFeature() async throws {
        let lake = try TemporaryLake()
        _ = try await run(
            lake,
            """
            table = pa.table({'id': pa.array([1, 2]), 'local': pa.array([1, 2], pa.timestamp('us'))})
            write_deltalake(path, table)
            """)
        let error = await #expect(throws: LakeError.self) { _ = try await lake.table.snapshot() }
        #expect(error?.kind == .unsupported)
        #expect(error?.problem.contains("timestampNtz") == true)
    }
}

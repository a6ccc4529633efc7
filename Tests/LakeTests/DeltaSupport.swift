import Columns
import Foundation
import TestSupport

@testable import Lake

/// A table of the lake in a temporary folder of its own.
struct TemporaryLake {
    let folder: TemporaryFolder
    let storage: LocalStorage
    let table: LakeTable

    init() throws {
        folder = try TemporaryFolder("lake")
        storage = LocalStorage(folder.path, isDurable: false)
        table = LakeTable(storage: storage, folder: "shop/orders")
    }

    var path: String { "\(folder.path)/shop/orders" }

    /// Appends or merges one table, in one commit.
    @discardableResult
    func write(
        _ rows: Table, keys: [String] = [], partitioning: Partitioning? = nil, mode: WritePlan.Mode = .append,
        properties: [String: String] = [:], options: LakeOptions = .testing
    ) async throws -> CommitReport {
        let plan = WritePlan(
            schema: rows.schema, primaryKeys: keys, partitioning: partitioning, mode: mode, options: options)
        let writer = try await table.writer(plan)
        try await writer.append(rows)
        return try await writer.commit(properties: properties)
    }

    /// All rows of the table.
    func rows(columns: [String]? = nil) async throws -> [[String: Value]] {
        guard let snapshot = try await table.snapshot() else { return [] }
        return try await snapshot.rows(columns: columns)
    }
}

extension TableSnapshot {
    func rows(columns: [String]? = nil) async throws -> [[String: Value]] {
        var rows: [[String: Value]] = []
        try await read(columns: columns) { table in
            for index in 0..<table.rowCount { rows.append(table.row(index)) }
        }
        return rows
    }
}

extension LakeOptions {
    /// Small row groups, so that a few rows make several.
    static var testing: LakeOptions {
        var options = LakeOptions()
        options.rowGroupRows = 50
        return options
    }
}

extension Table {
    /// A table of boxed rows; a name that a row lacks is null.
    init(_ schema: TableSchema, _ rows: [[String: Value]]) {
        var builders = schema.fields.map { ColumnBuilder($0.type) }
        for row in rows {
            for (index, field) in schema.fields.enumerated() { builders[index].append(row[field.name] ?? .null) }
        }
        self.init(schema: schema, columns: builders.indices.map { builders[$0].finish() }, rowCount: rows.count)
    }

    var rows: [[String: Value]] { (0..<rowCount).map { row($0) } }
}

extension ColumnBuilder {
    mutating func append(_ value: Value) {
        switch value {
        case .null: appendNull()
        case .bool(let value): append(bool: value)
        case .int(let value): append(int: value)
        case .double(let value): append(double: value)
        case .decimal(let value): append(unscaled: value.unscaled)
        case .string(let value): append(string: value)
        case .binary(let value): append(bytes: value)
        case .date(let value): append(int: Int64(value))
        case .timestamp(let value): append(int: value)
        }
    }
}

extension [[String: Value]] {
    /// How often each row occurs.
    var counts: [[String: Value]: Int] { reduce(into: [:]) { $0[$1, default: 0] += 1 } }
}

/// A value behind a lock.
final class Guarded<State>: @unchecked Sendable {
    // Sound because `state` is touched under `lock` alone.
    private let lock = NSLock()
    private var state: State

    init(_ state: State) { self.state = state }

    func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&state)
    }
}

import Columns
import TestSupport
import Testing

@testable import Lake

/// Damaged and hostile files: each gives a ``ParquetError``, never a trap, never all of the memory.
@Suite struct ParquetHostileFileTests {
    static let limits: ParquetReadLimits = {
        var limits = ParquetReadLimits()
        limits.pageBytes = 1 << 20
        limits.rowGroupRows = 1 << 20
        limits.columnBytes = 4 << 20
        limits.nestedValues = 1 << 20
        return limits
    }()

    /// Reads all that can be read; gives false when that ended in a ``ParquetError`` that names the file.
    static func survives(_ bytes: [UInt8], verifiesChecksums: Bool = true) async -> Bool {
        var limits = limits
        limits.verifiesChecksums = verifiesChecksums
        do {
            let reader = try await ParquetReader(source: MemorySource(bytes, name: "hostile"), limits: limits)
            for index in 0..<reader.rowGroupCount {
                for name in reader.schema.names {
                    _ = reader.statistics(ofRowGroup: index, column: name)
                    _ = try await reader.mightContain(.int(5), column: name, rowGroup: index)
                }
                if reader.unreadableColumns.isEmpty { _ = try await reader.readRowGroup(index) }
                _ = try await reader.readNestedRowGroup(index)
            }
            return true
        } catch let error as ParquetError {
            if error.file != "hostile" { Issue.record("no file in \(error)") }
        } catch {
            Issue.record("\(error)")
        }
        return false
    }

    static func samples() async throws -> [[UInt8]] {
        var options = ParquetOptions(rowGroupRows: 60, bloomFilterColumns: ["int64", "utf8"])
        options.pageBytes = 400
        var samples: [[UInt8]] = []
        for (distinct, compression) in [
            (Int.max, ParquetCompression.uncompressed), (5, .uncompressed), (9, .zstd(level: 1)),
        ] {
            options.compression = compression
            samples.append(
                try await ParquetSamples.write(
                    ParquetSamples.table(rows: 100, nulls: 0.3, distinct: distinct), options: options
                ).bytes)
        }
        let sink = MemorySink()
        let schema = [
            NestedField("m", .map(key: .utf8, value: .list(.scalar(.int64)))),
            NestedField("s", .structure([NestedField("a", .scalar(.utf8)), NestedField("b", .list(.scalar(.bool)))])),
        ]
        let writer = try NestedParquetWriter(
            schema: schema, options: ParquetOptions(compression: .uncompressed), to: sink)
        for number in 0..<30 {
            let list = NestedValue.list((0..<number % 4).map { .int(Int64($0)) })
            try await writer.write([
                .structure([
                    "m": number % 5 == 0 ? .null : .map([NestedEntry(key: .string("k"), value: list)]),
                    "s": .structure(["a": .string("x\(number)"), "b": .list([.bool(true), .null])]),
                ])
            ])
        }
        _ = try await writer.finish()
        return samples + [await sink.bytes]
    }

    @Test("The samples themselves are read")
    func intact() async throws {
        for sample in try await Self.samples() { #expect(await Self.survives(sample)) }
    }

    @Test("A file cut short anywhere is an error")
    func truncated() async throws {
        for sample in try await Self.samples() {
            for length in Array(stride(from: 0, to: sample.count, by: 37))
                + Array(max(0, sample.count - 40)..<sample.count)
            {
                #expect(await !Self.survives(Array(sample.prefix(length))), "\(length) of \(sample.count) bytes")
            }
        }
    }

    @Test("Thousands of files with flipped bits, replaced and repeated bytes never stop the process", arguments: 0..<8)
    func mutated(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let samples = try await Self.samples()
        for round in 0..<500 {
            var bytes = samples[round % samples.count]
            // Half of the mutations hit the footer, whose few bytes decide about all others.
            let footer = 8 + bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let lower = Bool.random(using: &generator) ? bytes.count - footer : 0
                let place = Int.random(in: lower..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                case 2: bytes[place] = .random(in: .min ... .max, using: &generator)
                case 3:
                    let count = min(bytes.count - place, Int.random(in: 1...9, using: &generator))
                    bytes.replaceSubrange(place..<place + count, with: [UInt8](repeating: 0xFF, count: count))
                default:
                    let from = Int.random(in: 0..<bytes.count, using: &generator)
                    let count = min(bytes.count - max(from, place), Int.random(in: 1...30, using: &generator))
                    bytes.replaceSubrange(place..<place + count, with: Array(bytes[from..<from + count]))
                }
            }
            _ = await Self.survives(bytes, verifiesChecksums: false)
        }
    }

    @Test("A damaged page is found by its checksum, with file, column and place")
    func checksum() async throws {
        let table = ParquetSamples.table("id", .int64, (0..<2000).map { .int(Int64($0) &* 0x1234_5678_9ABC) })
        var bytes = try await ParquetSamples.write(table, options: ParquetOptions(compression: .uncompressed)).bytes
        bytes[2000] ^= 1
        let reader = try await ParquetReader(source: MemorySource(bytes, name: "orders"))
        let error = await #expect(throws: ParquetError.self) { try await reader.readRowGroup(0) }
        #expect(error?.kind == .corrupt)
        #expect(error?.file == "orders" && error?.column == "id" && error?.offset == 4)
        #expect(
            error?.description
                == "Parquet file orders, column id, byte 4: the checksum of a page does not match its bytes")
    }

    @Test("What is no Parquet file is said to be none", arguments: [0, 3, 11, 12, 5000])
    func notParquet(size: Int) async {
        let source = MemorySource([UInt8](repeating: 0x41, count: size), name: "notes.txt")
        let error = await #expect(throws: ParquetError.self) { try await ParquetReader(source: source) }
        #expect(error?.kind == .corrupt && error?.file == "notes.txt")
    }

    @Test("A row group, a page and a column above the limits are refused before memory is taken")
    func limits() async throws {
        let table = ParquetSamples.table(
            "text", .utf8, (0..<5000).map { _ in .string(String(repeating: "a", count: 1000)) })
        let bytes = try await ParquetSamples.write(table).bytes
        #expect(bytes.count < 50_000)
        for change: @Sendable (inout ParquetReadLimits) -> Void in [
            { $0.rowGroupRows = 4999 }, { $0.columnBytes = 4_999_999 }, { $0.pageBytes = 100 },
            { $0.footerBytes = 100 },
            { $0.nestedValues = 100 },
        ] {
            var limits = ParquetReadLimits()
            change(&limits)
            let error = await #expect(throws: ParquetError.self) {
                let reader = try await ParquetReader(source: MemorySource(bytes), limits: limits)
                _ = try await reader.readNestedRowGroup(0)
            }
            #expect(error?.kind == .limit)
        }
    }

    @Test("Text that is not UTF-8 is refused")
    func notText() async throws {
        for text in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            let strings = Column.ByteStrings(offsets: [0, Int32(text.count)], data: text)
            #expect(throws: ParquetError.self) { try UTF8Check.check(strings) }
        }
        // Valid as a whole, cut inside of a scalar.
        #expect(throws: ParquetError.self) {
            try UTF8Check.check(Column.ByteStrings(offsets: [0, 1, 2], data: Array("é".utf8)))
        }
        #expect(throws: Never.self) {
            try UTF8Check.check(Column.ByteStrings(offsets: [0, 2, 2, 13], data: Array("é日本語ab".utf8)))
        }
    }

    @Test("The checksum is that of gzip")
    func crc() {
        #expect(Array("123456789".utf8).withUnsafeBytes { Checksum.crc32($0) } == 0xCBF4_3926)
        let long = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let parts = long.withUnsafeBytes { bytes in
            Checksum.crc32(
                UnsafeRawBufferPointer(rebasing: bytes[37...]),
                continuing: Checksum.crc32(UnsafeRawBufferPointer(rebasing: bytes[..<37])))
        }
        #expect(long.withUnsafeBytes { Checksum.crc32($0) } == parts)
    }

    @Test("Damaged Snappy blocks are errors")
    func snappy() {
        var generator = SeededGenerator(seed: 1)
        var output = [UInt8](repeating: 0, count: 64)
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...24, using: &generator)
            let block = [64] + (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            _ = output.withUnsafeMutableBytes { target in
                block.withUnsafeBytes { source in Result { try Snappy.decompress(source, into: target) } }
            }
        }
    }
}

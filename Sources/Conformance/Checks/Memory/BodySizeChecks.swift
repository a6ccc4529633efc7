import Cassettes
import Columns
import Pipeline
import Tributary

/// Bodies larger than anything.
enum BodySizeChecks {
    static let all = [giantBody, decompression]

    private static let giantBody = Check(
        "memory-giant-body", group: .memory, level: .fault,
        proves: "A body far larger than the limit is refused with a typed error before it is in memory.",
        method:
            "In place of the first page comes a body without end, made as it is read, once with a length of 4 GiB and "
            + "once without. No more than 256 MiB and a chunk may be taken from the wire.",
        likelyCause: "The request's limit of bytes was raised beyond what a run may hold.", profile: .hostile,
        catches: "body-limit-lifted"
    ) { input in
        try await StormBench.judging(input) { bench in
            guard let read = bench.reads.first else { return [] }
            for hasLength in [true, false] {
                let storm = try await bench.storm(.giant(hasLength: hasLength).at(read.journal.count - 1), read)
                let findings = storm.mustTakeAtMost((256 << 20) + GiantBody.chunk, times: 1)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let decompression = Check(
        "memory-decompression-bounded", group: .memory, level: .fault,
        proves: "A small body that inflates beyond all measure is stopped.",
        method:
            "In place of a page comes a gzip body that inflates to a gigabyte, a thousand times its size, and one that "
            + "claims to be packed twice. What is taken from the wire says how far it was inflated: 256 MiB are the end.",
        likelyCause: "The body is inflated by the source itself, without a limit: leave it to the transport.",
        profile: .hostile, catches: "inflates-without-a-limit"
    ) { input in
        try await StormBench.judging(input) { bench in
            guard let read = bench.reads.first else { return [] }
            for coding in ["gzip", "gzip, gzip"] {
                let storm = try await bench.storm(.bomb(coding).at(read.journal.count - 1), read)
                let findings = storm.mustTakeAtMost(
                    (256 << 20) / GzipBomb.ratio + 2 * GzipBomb.chunk, times: GzipBomb.ratio)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Storm {
    /// The run ended with a typed error, and no request took more bytes from the wire.
    fileprivate func mustTakeAtMost(_ limit: Int, times ratio: Int) -> [Finding] {
        let taken = journal.entries.map(\.bytesTaken).max() ?? 0
        if taken > limit {
            return [
                finding(
                    expected: "an end before \(limit * ratio >> 20) MiB are in memory",
                    actual: "\(taken) bytes were taken from the wire, which are \(taken * ratio >> 20) MiB in memory. "
                        + "\(ending.prefix(200))")
            ]
        }
        return mustBeTyped()
    }
}

/// A body that never ends.
enum GiantBody {
    static let chunk = 4 << 20
    /// After so much the fault itself ends, so that no test machine suffers.
    static let end = 288 << 20
    static let bytes = [UInt8](repeating: 0x20, count: chunk)
}

extension WireFault {
    /// Blanks without end, which no JSON parser minds.
    static func giant(hasLength: Bool) -> WireFault {
        WireFault(hasLength ? "a body of 4 GiB" : "a body without end") { exchange in
            let sent = Lock(0)
            var fields = [("Content-Type", "application/json")]
            if hasLength { fields.append(("Content-Length", String(4 << 30))) }
            var response = exchange.response(200, fields, [])
            response.body = HTTPBody {
                let count = sent.withLock {
                    $0 += GiantBody.chunk
                    return $0
                }
                return count > GiantBody.end ? nil : GiantBody.bytes
            }
            return response
        }
    }

    /// A gigabyte in a megabyte.
    static func bomb(_ coding: String) -> WireFault {
        WireFault("a body (\(coding)) that inflates to a gigabyte") { exchange in
            let bomb = Lock(GzipBomb())
            var response = exchange.response(
                200, [("Content-Type", "application/json"), ("Content-Encoding", coding)], [])
            response.body = HTTPBody { bomb.withLock { $0.next() } }
            return response
        }
    }
}

/// A gzip stream of blanks, made as it is read: one block with codes of one bit (RFC 1951, section 3.2.7).
struct GzipBomb: Sendable {
    /// 258 blanks take two bits.
    static let ratio = 1_032
    static let chunk = 16 << 10
    private static let total = 1 << 20
    private var sent = 0
    private var start: [UInt8]? = GzipBomb.head

    mutating func next() -> [UInt8]? {
        if let head = start {
            start = nil
            return head
        }
        guard sent < Self.total else { return nil }
        sent += Self.chunk
        // Length 258 and distance 1 are a bit of 0 each.
        return [UInt8](repeating: 0, count: Self.chunk)
    }

    /// The head of the stream and of its block, and the first blank.
    private static let head: [UInt8] = {
        var bits = Bits(GzipWriter.header)
        bits.put(1, 1)  // The last block.
        bits.put(2, 2)  // Codes of its own.
        bits.put(286 - 257, 5)
        bits.put(1 - 1, 5)
        bits.put(18 - 4, 4)
        // Lengths of the codes for lengths, in the order of the format: 0, 1, 2 and 18 are used, with two bits each.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
            bits.put([0, 1, 2, 18].contains(symbol) ? 2 : 0, 3)
        }
        // 286 lengths of literals and lengths: the blank 2, the end 2, 285 (258 bytes) 1; then one distance of 1.
        func zeros(_ count: Int) {
            bits.code(3, 2)
            bits.put(count - 11, 7)
        }
        zeros(32)
        bits.code(2, 2)
        zeros(138)
        zeros(85)
        bits.code(2, 2)
        zeros(28)
        bits.code(1, 2)
        bits.code(1, 2)
        bits.code(2, 2)  // The first blank: codes of two bits come after the one of one bit.
        return bits.wholeBytes()
    }()

    /// Writes bits as deflate has them: from the lowest on, codes from their highest bit on.
    private struct Bits {
        private var bytes: [UInt8]
        private var current: UInt8 = 0
        private var used = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func put(_ value: Int, _ count: Int) { for bit in 0..<count { add(value >> bit & 1) } }
        mutating func code(_ value: Int, _ count: Int) { for bit in (0..<count).reversed() { add(value >> bit & 1) } }

        private mutating func add(_ bit: Int) {
            current |= UInt8(bit) << used
            used += 1
            if used == 8 {
                bytes.append(current)
                (current, used) = (0, 0)
            }
        }

        /// The bits, with zeros up to the end of a byte: which are 258 blanks for each two, or the half of that.
        mutating func wholeBytes() -> [UInt8] {
            if used % 2 == 1 { add(0) }
            while used > 0 { add(0) }
            return bytes
        }
    }
}

#if PostgreSQL
    import Columns
    import Tributary

    #if canImport(Glibc)
        import Glibc
    #else
        import Darwin
    #endif

    /// Reads rows in PostgreSQL's binary COPY format (manual, section "COPY", "Binary Format") into columns.
    ///
    /// Every length is checked against the message before it is used.
    final class PostgresDecoder {
        private let plan: PostgresPlan
        private let cells: UnsafeMutablePointer<PostgresCell>
        let buffer: BatchBuffer
        private var hasHeader = false
        /// Bytes of the rows in the buffer, as they came.
        private(set) var byteCount = 0

        init(_ plan: PostgresPlan, limits: BatchLimits) {
            self.plan = plan
            cells = .allocate(capacity: max(plan.cells.count, 1))
            for (index, cell) in plan.cells.enumerated() { (cells + index).initialize(to: cell) }
            buffer = BatchBuffer(plan.fields, capacity: limits.firstCapacity)
        }

        deinit { cells.deallocate() }

        func finish() -> Table {
            byteCount = 0
            return buffer.finish()
        }

        /// Takes in one message: the header before the first row, rows, or the end mark.
        func read(_ message: UnsafeRawBufferPointer) throws {
            guard var position = message.baseAddress else { return }
            let end = position + message.count
            if !hasHeader {
                position = try skipHeader(position, end)
                hasHeader = true
            }
            while position < end {
                guard end - position >= 2 else { throw Self.broken("a row is cut short") }
                let count = Int(Int16(bigEndian: position.loadUnaligned(as: Int16.self)))
                position += 2
                if count == -1 { return }
                guard count == buffer.columnCount else { throw Self.broken("a row has \(count) columns") }
                position = try readRow(position, end)
            }
            byteCount &+= message.count
        }

        private func skipHeader(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) throws -> UnsafeRawPointer {
            let signature = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
            guard end - start >= 19, UnsafeRawBufferPointer(start: start, count: 11).elementsEqual(signature) else {
                throw Self.broken("the header is not that of a binary COPY")
            }
            let length = Int(UInt32(bigEndian: (start + 15).loadUnaligned(as: UInt32.self)))
            guard length <= end - start - 19 else { throw Self.broken("the header is cut short") }
            return start + 19 + length
        }

        @inline(__always)
        private func readRow(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) throws -> UnsafeRawPointer {
            var position = start
            let row = buffer.beginRow()
            let columns = buffer.columns
            for index in 0..<buffer.columnCount {
                guard end - position >= 4 else { throw Self.broken("a row is cut short") }
                let length = Int(Int32(bigEndian: position.loadUnaligned(as: Int32.self)))
                position += 4
                if length < 0 {
                    columns[index].setNull(row)
                    continue
                }
                guard length <= end - position else { throw Self.broken("a value is longer than its row") }
                try readCell(cells[index], index, row, position, length, &columns[index])
                position += length
            }
            buffer.endRow()
            return position
        }

        @inline(__always)
        private func readCell(
            _ cell: PostgresCell, _ index: Int, _ row: Int, _ bytes: UnsafeRawPointer, _ length: Int,
            _ column: inout RawColumn
        ) throws {
            switch cell {
            case .int32: column.set(row, try fixed(bytes, length, Int32.self))
            case .int64: column.set(row, try fixed(bytes, length, Int64.self))
            case .timestamp: setTimestamp(try fixed(bytes, length, Int64.self), row, &column)
            case .text: setText(bytes, length, row, &column)
            case .float8: setDouble(Double(bitPattern: try fixed(bytes, length, UInt64.self)), row, &column)
            case .numeric: try setNumeric(bytes, length, index, row, &column)
            case .uuid: try setUUID(bytes, length, row, &column)
            case .bool: column.set(row, bool: try fixed(bytes, length, UInt8.self) != 0)
            case .date: setDate(try fixed(bytes, length, Int32.self), row, &column)
            case .jsonb:
                guard length > 0 else { throw Self.broken("a jsonb value is empty") }
                setText(bytes + 1, length - 1, row, &column)
            case .int16: column.set(row, Int32(try fixed(bytes, length, Int16.self)))
            case .oid: column.set(row, Int64(try fixed(bytes, length, UInt32.self)))
            case .float4: setDouble(Double(Float(bitPattern: try fixed(bytes, length, UInt32.self))), row, &column)
            case .bytes: column.set(row, bytes: bytes.assumingMemoryBound(to: UInt8.self), count: length)
            case .time: column.set(row, Double(try fixed(bytes, length, Int64.self)) / 1_000_000)
            case .interval: try setInterval(bytes, length, row, &column)
            case .numericText: try setNumericText(bytes, length, row, &column)
            case .network: try setNetwork(bytes, length, row, &column)
            }
        }

        @inline(__always)
        private func fixed<Number: FixedWidthInteger & BitwiseCopyable>(
            _ bytes: UnsafeRawPointer, _ length: Int, _: Number.Type
        ) throws -> Number {
            guard length == MemoryLayout<Number>.size else {
                throw Self.broken("a value of \(MemoryLayout<Number>.size) bytes has \(length)")
            }
            return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
        }

        static func broken(_ what: String) -> SourceError {
            SourceError(.unexpectedAnswer, "Decoding rows from PostgreSQL: \(what).")
        }

        // MARK: Values with a rule of their own

        /// NaN and the infinities have no place in a table: null, as for every source.
        @inline(__always) private func setDouble(_ value: Double, _ row: Int, _ column: inout RawColumn) {
            if value.isFinite { column.set(row, value) } else { column.setNull(row) }
        }

        /// Microseconds since 2000; infinity and what lies beyond 64 bits since 1970 (the year 294246) become null.
        @inline(__always) private func setTimestamp(_ value: Int64, _ row: Int, _ column: inout RawColumn) {
            let (micros, overflow) = value.addingReportingOverflow(946_684_800_000_000)
            if overflow || value == .max || value == .min { column.setNull(row) } else { column.set(row, micros) }
        }

        /// Days since 2000; infinity becomes null.
        @inline(__always) private func setDate(_ value: Int32, _ row: Int, _ column: inout RawColumn) {
            let (days, overflow) = value.addingReportingOverflow(10_957)
            if overflow || value == .max || value == .min { column.setNull(row) } else { column.set(row, days) }
        }

        @inline(__always)
        private func setText(_ bytes: UnsafeRawPointer, _ length: Int, _ row: Int, _ column: inout RawColumn) {
            if plan.isUTF8 {
                column.set(row, bytes: bytes.assumingMemoryBound(to: UInt8.self), count: length)
            } else {
                column.set(row, repairing: UnsafeRawBufferPointer(start: bytes, count: length))
            }
        }

        private func setUUID(
            _ bytes: UnsafeRawPointer, _ length: Int, _ row: Int, _ column: inout RawColumn
        ) throws {
            guard length == 16 else { throw Self.broken("a uuid has \(length) bytes") }
            var target = column.reserve(36)
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    target.pointee = UInt8(ascii: "-")
                    target += 1
                }
                let byte = bytes.load(fromByteOffset: index, as: UInt8.self)
                target[0] = Self.hexDigit(byte &>> 4)
                target[1] = Self.hexDigit(byte & 15)
                target += 2
            }
            column.endBytes(row)
        }

        @inline(__always) private static func hexDigit(_ nibble: UInt8) -> UInt8 {
            nibble < 10 ? nibble &+ 0x30 : nibble &+ 0x57
        }

        /// Seconds; a month counts 30 days and a year 365, as psycopg reads intervals.
        private func setInterval(
            _ bytes: UnsafeRawPointer, _ length: Int, _ row: Int, _ column: inout RawColumn
        ) throws {
            guard length == 16 else { throw Self.broken("an interval has \(length) bytes") }
            let micros = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            let days = Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
            let months = Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
            let allDays = days + months / 12 * 365 + months % 12 * 30
            column.set(row, Double(allDays) * 86_400 + Double(micros) / 1_000_000)
        }

        private func setNumeric(
            _ bytes: UnsafeRawPointer, _ length: Int, _ index: Int, _ row: Int, _ column: inout RawColumn
        ) throws {
            let number = try PostgresNumeric(bytes, length)
            if number.isNaN { return column.setNull(row) }
            if let unscaled = number.unscaled(scale: plan.scales[index]) { return column.set(row, unscaled) }
            // Only a numeric without declared precision gets here: the column goes on as text.
            buffer.retype(index, to: .utf8) { value, row, column in
                if case .decimal(let decimal) = value { column.set(row, text: decimal.plainText) }
            }
            cells[index] = .numericText
            column.set(row, text: number.text)
        }

        private func setNumericText(
            _ bytes: UnsafeRawPointer, _ length: Int, _ row: Int, _ column: inout RawColumn
        ) throws {
            let number = try PostgresNumeric(bytes, length)
            if number.isNaN { column.setNull(row) } else { column.set(row, text: number.text) }
        }

        /// inet and cidr: family, bits of the mask, whether it is a cidr, length, address.
        private func setNetwork(
            _ bytes: UnsafeRawPointer, _ length: Int, _ row: Int, _ column: inout RawColumn
        ) throws {
            let head = UnsafeRawBufferPointer(start: bytes, count: length)
            guard length == 8 || length == 20, Int(head[3]) == length - 4 else {
                throw Self.broken("a network address has \(length) bytes")
            }
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            inet_ntop(length == 8 ? AF_INET : AF_INET6, bytes + 4, &text, socklen_t(text.count))
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let isHost = head[2] == 0 && Int(head[1]) == (length - 4) * 8
            column.set(row, text: isHost ? address : "\(address)/\(head[1])")
        }
    }
#endif

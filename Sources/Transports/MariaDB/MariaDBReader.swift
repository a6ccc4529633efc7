#if MariaDB
    import CMariaDB
    import Columns
    import Tributary

    /// Reads the rows of an executed statement into columns, one row in memory at a time.
    final class MariaDBReader {
        let statement: UnsafeMutablePointer<MYSQL_STMT>
        private let limits: BatchLimits
        private let cells: [MariaDBCell]
        private let slots: MariaDBSlots
        private let buffer: BatchBuffer
        private(set) var isFinished = false
        private var hasGivenTable = false
        private var isClosed = false

        /// Takes over the statement once the initialiser has succeeded.
        init(_ statement: UnsafeMutablePointer<MYSQL_STMT>, limits: BatchLimits) throws {
            self.statement = statement
            self.limits = limits
            let fields = Self.fields(of: statement)
            cells = fields.map { MariaDBCell($0) }
            slots = MariaDBSlots(cells, unsigned: fields.map { $0.flags & UInt32(UNSIGNED_FLAG) != 0 })
            buffer = BatchBuffer(
                zip(fields, cells).map { (Self.name(of: $0), $1.type) }, capacity: limits.firstCapacity)
            if fields.isEmpty {
                isFinished = true
            } else if mysql_stmt_bind_result(statement, slots.binds) != 0 {
                throw SourceError(.unexpectedAnswer, "Reading from MySQL: the columns could not be bound.")
            }
        }

        private static func fields(of statement: UnsafeMutablePointer<MYSQL_STMT>) -> [MYSQL_FIELD] {
            guard let metadata = mysql_stmt_result_metadata(statement) else { return [] }
            defer { mysql_free_result(metadata) }
            return (0..<mysql_num_fields(metadata)).map { mysql_fetch_field_direct(metadata, $0).pointee }
        }

        /// The name lies in memory that belongs to the statement as well.
        private static func name(of field: MYSQL_FIELD) -> String {
            String(decoding: UnsafeRawBufferPointer(start: field.name, count: Int(field.name_length)), as: UTF8.self)
        }

        func close() {
            if !isClosed { mysql_stmt_close(statement) }
            isClosed = true
        }

        deinit { close() }

        func next() throws -> Table? {
            var bytes = 0
            while !isFinished, buffer.rowCount < limits.rows, bytes < limits.bytes {
                switch mysql_stmt_fetch(statement) {
                case 0: bytes += try readRow()
                case MYSQL_DATA_TRUNCATED: bytes += try readRow()
                case MYSQL_NO_DATA: isFinished = true
                default:
                    isFinished = true
                    throw MariaDBFailure()
                }
            }
            if buffer.rowCount == 0, hasGivenTable { return nil }
            hasGivenTable = true
            return buffer.finish()
        }

        /// Reads the fetched row; gives its bytes.
        private func readRow() throws -> Int {
            guard slots.completeLongValues(of: statement) else { throw MariaDBFailure() }
            let row = buffer.beginRow()
            var bytes = 0
            for index in 0..<buffer.columnCount {
                if slots.isNull(index) {
                    buffer.columns[index].setNull(row)
                } else {
                    read(index, row, &buffer.columns[index])
                    bytes &+= slots.byteCount(index)
                }
            }
            buffer.endRow()
            return bytes
        }

        private func read(_ index: Int, _ row: Int, _ column: inout RawColumn) {
            switch cells[index] {
            case .int32: column.set(row, Int32(truncatingIfNeeded: slots.load(index, as: Int64.self)))
            case .int64: column.set(row, slots.load(index, as: Int64.self))
            case .uint64: column.set(row, Int128(slots.load(index, as: UInt64.self)))
            case .float: column.set(row, Double(slots.load(index, as: Float.self)))
            case .double: column.set(row, slots.load(index, as: Double.self))
            case .decimal(_, let scale):
                if let value = MariaDBValues.unscaled(slots.bytes(index), scale: scale) {
                    column.set(row, value)
                } else {
                    column.setNull(row)
                }
            case .text: column.set(row, repairing: UnsafeRawBufferPointer(slots.bytes(index)))
            case .binary: column.set(row, binary: slots.bytes(index))
            case .date: set(MariaDBValues.days(slots.load(index, as: MYSQL_TIME.self)), row, &column)
            case .timestamp: set(MariaDBValues.micros(slots.load(index, as: MYSQL_TIME.self)), row, &column)
            case .time: column.set(row, MariaDBValues.seconds(slots.load(index, as: MYSQL_TIME.self)))
            case .bool: column.set(row, bool: MariaDBValues.bits(slots.bytes(index)) != 0)
            case .bits: column.set(row, Int64(truncatingIfNeeded: MariaDBValues.bits(slots.bytes(index))))
            case .wideBits: column.set(row, Int128(MariaDBValues.bits(slots.bytes(index))))
            }
        }

        /// A zero date, or one with a zero month or day, is null.
        private func set(_ value: (some BitwiseCopyable)?, _ row: Int, _ column: inout RawColumn) {
            if let value { column.set(row, value) } else { column.setNull(row) }
        }
    }

    /// Values in the library's forms.
    enum MariaDBValues {
        static func days(_ time: MYSQL_TIME) -> Int32? {
            let date = CivilDate(year: Int(time.year), month: Int(time.month), day: Int(time.day))
            return date.isValid ? Int32(date.daysSinceEpoch) : nil
        }

        static func micros(_ time: MYSQL_TIME) -> Int64? {
            guard let days = days(time) else { return nil }
            let seconds = Int64(time.hour) * 3600 + Int64(time.minute) * 60 + Int64(time.second)
            return (Int64(days) * 86_400 + seconds) * 1_000_000 + Int64(time.second_part)
        }

        static func seconds(_ time: MYSQL_TIME) -> Double {
            let hours = Int64(time.day) * 24 + Int64(time.hour)
            let seconds = hours * 3600 + Int64(time.minute) * 60 + Int64(time.second)
            let value = Double(seconds) + Double(time.second_part) / 1_000_000
            return time.neg != 0 ? -value : value
        }

        /// Big-endian bytes, at most eight.
        static func bits(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
            bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }

        /// The digits of a decimal, times 10^`scale`; nil when it is no number of at most 38 digits.
        static func unscaled(_ bytes: UnsafeBufferPointer<UInt8>, scale: Int) -> Int128? {
            var sum: Int128 = 0
            var fraction = -1
            var digits = 0
            for byte in bytes {
                switch byte {
                case 0x30...0x39:
                    sum = sum &* 10 &+ Int128(byte &- 0x30)
                    digits += sum == 0 ? 0 : 1
                    if fraction >= 0 { fraction += 1 }
                case UInt8(ascii: "."): fraction = 0
                case UInt8(ascii: "-"), UInt8(ascii: "+"): continue
                default: return nil
                }
            }
            let missing = scale - max(fraction, 0)
            guard missing >= 0, digits + missing <= 38 else { return nil }
            for _ in 0..<missing { sum = sum &* 10 }
            return bytes.first == UInt8(ascii: "-") ? -sum : sum
        }
    }
#endif

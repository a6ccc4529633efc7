#if MariaDB
    import CMariaDB

    /// The memory into which the library puts the values of one row.
    ///
    /// Values of variable length start with room for 1 KiB; a longer one is fetched again into a larger buffer, which then
    /// stays.
    final class MariaDBSlots {
        let binds: UnsafeMutablePointer<MYSQL_BIND>
        private let cells: [MariaDBCell]
        private let lengths: UnsafeMutablePointer<UInt>
        private let nulls: UnsafeMutablePointer<my_bool>
        private let errors: UnsafeMutablePointer<my_bool>
        private let variable: [Int]

        init(_ cells: [MariaDBCell], unsigned: [Bool]) {
            self.cells = cells
            let count = max(cells.count, 1)
            binds = .allocate(capacity: count)
            lengths = .allocate(capacity: count)
            nulls = .allocate(capacity: count)
            errors = .allocate(capacity: count)
            binds.initialize(repeating: MYSQL_BIND(), count: count)
            lengths.initialize(repeating: 0, count: count)
            nulls.initialize(repeating: 0, count: count)
            errors.initialize(repeating: 0, count: count)
            variable = cells.indices.filter { cells[$0].hasVariableLength }
            for index in cells.indices { bind(index, unsigned: unsigned[index]) }
        }

        deinit {
            for index in cells.indices { binds[index].buffer?.deallocate() }
            binds.deallocate()
            lengths.deallocate()
            nulls.deallocate()
            errors.deallocate()
        }

        private func bind(_ index: Int, unsigned: Bool) {
            let size = cells[index].hasVariableLength ? 1 << 10 : max(MemoryLayout<MYSQL_TIME>.size, 8)
            binds[index].buffer_type = cells[index].bindType
            binds[index].buffer = .allocate(byteCount: size, alignment: 8)
            binds[index].buffer_length = UInt(size)
            binds[index].length = lengths + index
            binds[index].is_null = nulls + index
            binds[index].error = errors + index
            binds[index].is_unsigned = unsigned ? 1 : 0
        }

        /// Fetches the values that were longer than their buffers; false when the statement has an error.
        func completeLongValues(of statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
            var hasGrown = false
            for index in variable where nulls[index] == 0 && lengths[index] > binds[index].buffer_length {
                let size = Int(lengths[index])
                binds[index].buffer?.deallocate()
                binds[index].buffer = .allocate(byteCount: size, alignment: 8)
                binds[index].buffer_length = UInt(size)
                guard mysql_stmt_fetch_column(statement, binds + index, UInt32(index), 0) == 0 else { return false }
                hasGrown = true
            }
            return !hasGrown || mysql_stmt_bind_result(statement, binds) == 0
        }

        @inline(__always) func isNull(_ index: Int) -> Bool { nulls[index] != 0 }

        @inline(__always) func load<Value: BitwiseCopyable>(_ index: Int, as type: Value.Type) -> Value {
            // Each buffer is at least as large as the largest of the fixed forms, MYSQL_TIME.
            binds[index].buffer.load(as: type)
        }

        func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
            let count = min(lengths[index], binds[index].buffer_length)
            return UnsafeBufferPointer(
                start: binds[index].buffer.assumingMemoryBound(to: UInt8.self), count: Int(count))
        }

        func byteCount(_ index: Int) -> Int { cells[index].hasVariableLength ? Int(lengths[index]) + 4 : 8 }
    }
#endif

#if MariaDB
    import CMariaDB
    import Columns

    /// The values of a prepared statement in the memory layout that the library reads. Lives until the statement has been
    /// executed.
    final class MariaDBParameters {
        let binds: UnsafeMutablePointer<MYSQL_BIND>
        private let count: Int
        private var buffers: [UnsafeMutableRawPointer] = []

        init(_ values: [Value]) {
            count = values.count
            binds = .allocate(capacity: max(count, 1))
            binds.initialize(repeating: MYSQL_BIND(), count: max(count, 1))
            for (index, value) in values.enumerated() { bind(value, binds + index) }
        }

        deinit {
            for buffer in buffers { buffer.deallocate() }
            binds.deallocate()
        }

        /// Dates and times go as text, which the server converts to the type they are compared with.
        private func bind(_ value: Value, _ target: UnsafeMutablePointer<MYSQL_BIND>) {
            switch value {
            case .null: target.pointee.buffer_type = MYSQL_TYPE_NULL
            case .bool(let flag): bind(number: Int64(flag ? 1 : 0), MYSQL_TYPE_LONGLONG, target)
            case .int(let number): bind(number: number, MYSQL_TYPE_LONGLONG, target)
            case .double(let number): bind(number: number, MYSQL_TYPE_DOUBLE, target)
            case .decimal(let number): bind(bytes: Array(number.description.utf8), MYSQL_TYPE_NEWDECIMAL, target)
            case .string(let text): bind(bytes: Array(text.utf8), MYSQL_TYPE_STRING, target)
            case .binary(let bytes): bind(bytes: bytes, MYSQL_TYPE_BLOB, target)
            case .date(let days): bind(bytes: Array(SQLTime.text(days: days).utf8), MYSQL_TYPE_STRING, target)
            case .timestamp(let micros):
                bind(bytes: Array(SQLTime.text(micros: micros).utf8), MYSQL_TYPE_STRING, target)
            }
        }

        private func bind<Number: BitwiseCopyable>(
            number: Number, _ type: enum_field_types, _ target: UnsafeMutablePointer<MYSQL_BIND>
        ) {
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            buffer.storeBytes(of: number, as: Number.self)
            buffers.append(buffer)
            target.pointee.buffer_type = type
            target.pointee.buffer = buffer
        }

        private func bind(bytes: [UInt8], _ type: enum_field_types, _ target: UnsafeMutablePointer<MYSQL_BIND>) {
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(buffer), byteCount: $0.count)
            }
            buffers.append(buffer)
            target.pointee.buffer_type = type
            target.pointee.buffer = buffer
            target.pointee.buffer_length = UInt(bytes.count)
        }
    }
#endif

import CZstd

/// Compresses pages; keeps its output memory from page to page.
final class PageCompressor {
    let codec: Codec
    private let level: Int32
    private let output = RawBuffer()

    init(_ compression: ParquetCompression) {
        switch compression {
        case .zstd(let level) where czstd_is_available():
            self.level = Int32(clamping: level)
            codec = .zstd
        case .zstd, .uncompressed:
            level = 0
            codec = .uncompressed
        }
    }

    /// The compressed bytes; they are valid until the next call.
    func compress(_ source: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        guard codec == .zstd else { return source }
        let bound = czstd_compress_bound(source.count)
        guard bound != czstdError else { throw ParquetError.limit("a page of \(source.count) bytes is too large") }
        output.count = 0
        output.reserve(bound)
        let written = czstd_compress(output.base, bound, source.baseAddress, source.count, level)
        guard written != czstdError else { throw ParquetError(.io, "zstd could not compress a page; is memory short?") }
        output.count = written
        return output.bytes
    }
}

/// Decompresses pages of one column chunk; keeps its output memory from page to page.
final class PageDecompressor {
    private let output = RawBuffer()

    /// The bytes of a page, `size` of them, with slack behind them (``RawBuffer/slack``); valid until the next call.
    func decompress(
        _ source: UnsafeRawBufferPointer, codec: Codec?, size: Int
    ) throws -> UnsafeRawBufferPointer {
        output.count = 0
        output.reserve(size)
        let target = UnsafeMutableRawBufferPointer(start: output.base, count: size)
        switch codec {
        case .uncompressed:
            guard source.count == size else { throw wrongSize(source.count, size) }
            target.copyMemory(from: source)
        case .snappy: if size > 0 || source.count > 0 { try Snappy.decompress(source, into: target) }
        case .zstd: try decompressZstd(source, into: target)
        default:
            let name = codec.map { "\($0)" } ?? "of an unknown code"
            throw ParquetError.unsupported("the compression \(name) is not read; rewrite the file with zstd or snappy")
        }
        output.count = size
        return output.bytes
    }

    private func decompressZstd(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws {
        guard czstd_is_available() else {
            throw ParquetError.unsupported("the file is compressed with zstd; install the library libzstd1")
        }
        let written = czstd_decompress(target.baseAddress, target.count, source.baseAddress, source.count)
        guard written != czstdError else { throw ParquetError.corrupt("a page is no valid zstd data") }
        guard written == target.count else { throw wrongSize(written, target.count) }
    }

    private func wrongSize(_ size: Int, _ declared: Int) -> ParquetError {
        .corrupt("a page has \(size) bytes where its header declares \(declared)")
    }
}

/// `CZSTD_ERROR`, whose cast the importer does not understand.
private let czstdError = Int(bitPattern: UInt.max)

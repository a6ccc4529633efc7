import CCurl
import Tributary

/// Undoes the compression of a body as its reader asks for it, a piece at a time.
///
/// Proof of safety: it is used under the lock of the body that owns it, ``ResponseBody`` or ``RuledBody``.
final class BodyInflater: @unchecked Sendable {
    /// What inflating came to.
    enum Problem: Error {
        /// The data are not what the header field says.
        case broken
        /// The data ended before the compressed stream did.
        case truncated
        /// More bytes than the limit.
        case tooLarge
        /// Grown by more than the ratio allows.
        case bomb
    }

    private static let pieceBytes = 256 << 10

    private let maxBytes: Int
    private let maxRatio: Int
    private let allowance: Int
    private let isDeflate: Bool
    private var inflater: OpaquePointer?
    private var input: [UInt8] = []
    private var inputStart = 0
    private var consumed = 0
    private var produced = 0
    private var isBetweenMembers = false
    private var isOutputPending = false

    /// - Parameter coding: The value of `Content-Encoding`; nil comes back for one that is not supported.
    init?(coding: String, maxBytes: Int, settings: HTTPConfiguration) {
        switch coding.lowercased() {
        case "gzip", "x-gzip": isDeflate = false
        case "deflate": isDeflate = true
        default: return nil
        }
        guard tributary_inflate_available() != 0 else { return nil }
        self.maxBytes = maxBytes
        maxRatio = settings.maxInflationRatio
        allowance = settings.inflationAllowance
    }

    deinit { tributary_inflater_free(inflater) }

    /// Gives it the next bytes of the wire. All earlier ones have been used up: `next` has given nil.
    func feed(_ bytes: [UInt8]) {
        input = bytes
        inputStart = 0
    }

    /// The next piece of the body; nil when more of the wire is needed.
    func next() throws(Problem) -> [UInt8]? {
        while inputStart < input.count || isOutputPending {
            if isBetweenMembers, !beginMember() { return nil }
            let piece = try inflatePiece()
            if !piece.isEmpty {
                try check(adding: piece.count)
                return piece
            }
        }
        return nil
    }

    /// To be called at the end of the wire.
    func finish() throws(Problem) {
        // An empty body has nothing to inflate, whatever its header fields say (HEAD, 304).
        guard consumed == 0 || isBetweenMembers else { throw .truncated }
    }

    /// A gzip body may have several members (RFC 1952, section 2.2). What follows the last one and is none, such as
    /// padding, is passed over, as gzip does.
    private func beginMember() -> Bool {
        guard !isDeflate, input[inputStart] == 0x1f else {
            inputStart = input.count
            isOutputPending = false
            return false
        }
        tributary_inflater_reset(inflater)
        isBetweenMembers = false
        return true
    }

    private func inflatePiece() throws(Problem) -> [UInt8] {
        if inflater == nil { inflater = tributary_inflater_create(isRawDeflate ? 1 : 0) }
        guard let inflater else { throw .broken }
        var used = input.count - inputStart
        var made = 0
        var status: Int32 = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { output, count in
            var room = output.count
            input.withUnsafeBufferPointer { bytes in
                status = tributary_inflate(
                    inflater, bytes.baseAddress.map { $0 + inputStart }, &used, output.baseAddress, &room)
            }
            (made, count) = (room, room)
        }
        inputStart += used
        consumed += used
        isOutputPending = status == 0 && made == Self.pieceBytes
        if status == 1 { isBetweenMembers = true }
        if status == 2 { throw .broken }
        // zlib takes all input unless the output is full; anything else would turn for ever.
        if status == 0 && used == 0 && made == 0 { inputStart = input.count }
        return piece
    }

    private func check(adding count: Int) throws(Problem) {
        produced += count
        if produced > maxBytes { throw .tooLarge }
        if produced > allowance && produced / max(1, consumed) >= maxRatio { throw .bomb }
    }

    /// Some servers send "deflate" without the zlib header that RFC 9110, section 8.4.1.2 asks for.
    private var isRawDeflate: Bool {
        guard isDeflate, input.count - inputStart >= 2 else { return false }
        let (first, second) = (Int(input[inputStart]), Int(input[inputStart + 1]))
        return first & 0x0f != 8 || (first << 8 | second) % 31 != 0
    }
}

extension BodyInflater {
    /// What undoes the coding of an answer; nil for a body that is not coded.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` for a coding that was not asked for.
    static func make(
        for headers: HTTPHeaders, of request: WireRequest, _ settings: HTTPConfiguration
    ) throws -> BodyInflater? {
        guard let coding = headers["Content-Encoding"], coding.lowercased() != "identity", !coding.isEmpty else {
            return nil
        }
        if let inflater = BodyInflater(coding: coding, maxBytes: request.options.maxBodyBytes, settings: settings) {
            return inflater
        }
        throw SourceError(
            .unexpectedAnswer,
            "Sending \(request.label): the body is coded as \(coding.prefix(40)), which was not asked for.")
    }
}

extension BodyInflater.Problem {
    /// The same for the caller of the client.
    func error(of request: WireRequest, _ settings: HTTPConfiguration) -> SourceError {
        let label = "Reading the body of \(request.label)"
        switch self {
        case .tooLarge: return BodyLimit.error(request)
        case .bomb:
            return SourceError(
                .limitExceeded,
                "\(label): it inflates to more than \(settings.maxInflationRatio) times its size.",
                advice: "Such a body is made to exhaust memory; look at what the upstream sends.")
        case .broken:
            return SourceError(
                .unexpectedAnswer, "\(label): its compressed data are broken.", recovery: .retry(after: nil))
        case .truncated:
            return SourceError(
                .unreachable, "\(label): the compressed data end too early; the body was cut.",
                recovery: .retry(after: nil))
        }
    }
}

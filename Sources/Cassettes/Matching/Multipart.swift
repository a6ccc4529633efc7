/// Takes a multipart/form-data body apart (RFC 7578), so that two bodies compare without their random boundary.
struct Multipart {
    private let boundary: [UInt8]?

    init(_ contentType: String) {
        let parameter = contentType.split(separator: ";").first { $0.lowercased().contains("boundary=") }
        let value = parameter?.split(separator: "=", maxSplits: 1).last?.filter { $0 != "\"" && $0 != " " }
        boundary = value.map { Array("--\($0)".utf8) }
    }

    /// The parts in order; nil when the body is not of the announced form.
    func parts(of body: [UInt8]) -> [CanonicalBody.Part]? {
        guard let boundary, let pieces = pieces(of: body, at: boundary) else { return nil }
        var parts: [CanonicalBody.Part] = []
        for piece in pieces {
            guard let part = part(piece) else { return nil }
            parts.append(part)
        }
        return parts
    }

    private func pieces(of body: [UInt8], at boundary: [UInt8]) -> [ArraySlice<UInt8>]? {
        let marks = body.indices.filter { body[$0...].starts(with: boundary) }
        guard marks.count >= 2 else { return nil }
        var pieces: [ArraySlice<UInt8>] = []
        for (mark, next) in zip(marks, marks.dropFirst()) {
            // A line break follows the mark, and another one stands before the next.
            guard mark + boundary.count + 2 <= next - 2 else { return nil }
            pieces.append(body[(mark + boundary.count + 2)..<(next - 2)])
        }
        return pieces
    }

    private func part(_ piece: ArraySlice<UInt8>) -> CanonicalBody.Part? {
        let end = Array("\r\n\r\n".utf8)
        guard let split = piece.indices.first(where: { piece[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: piece[..<split], as: UTF8.self).split(separator: "\r\n")
        let disposition = lines.first { $0.lowercased().hasPrefix("content-disposition:") }
        let type = lines.first { $0.lowercased().hasPrefix("content-type:") }?.dropFirst("content-type:".count)
        guard let disposition, let name = Self.parameter("name", of: disposition) else { return nil }
        return CanonicalBody.Part(
            name: name, filename: Self.parameter("filename", of: disposition),
            type: type.map { $0.filter { $0 != " " } }, content: Array(piece[(split + end.count)...]))
    }

    private static func parameter(_ name: String, of line: Substring) -> String? {
        for part in line.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1)
            if sides.count == 2, sides[0].filter({ $0 != " " }) == name { return sides[1].filter { $0 != "\"" } }
        }
        return nil
    }
}

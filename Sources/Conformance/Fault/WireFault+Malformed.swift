import Columns
import Tributary

/// Bodies whose bytes are not what their head says.
extension WireFault {
    /// Documents that no reader may take for good, or must read right.
    static let malformed: [WireFault] = [
        .rewritten("a byte order mark before the document") { [0xEF, 0xBB, 0xBF] + $0 },
        .rewritten("a document in UTF-16") { body in
            [0xFF, 0xFE] + String(decoding: body, as: UTF8.self).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        },
        .rewritten("invalid UTF-8 inside a text") { body in
            guard let end = inText(body) else { return body + [0xFF] }
            return Array(body[..<end]) + [0xC3, 0x28, 0xFF] + Array(body[end...])
        },
        .rewritten("text behind the end of the document") { $0 + Array("\n<!-- cached copy -->".utf8) },
        .rewritten("a document twice") { $0 + $0 },
        WireFault(
            what: "a plain body that is said to be gzip",
            spoil: { answer in
                var answer = answer
                answer.headers["Content-Encoding"] = "gzip"
                return answer
            }),
        WireFault(
            what: "a body in a coding that was not asked for",
            spoil: { answer in
                var answer = answer
                answer.headers["Content-Encoding"] = "gzip, gzip"
                return answer
            }),
    ]

    private static func rewritten(
        _ what: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> WireFault {
        WireFault(
            what: what,
            spoil: { answer in
                var answer = answer
                let body = try await answer.body.collect()
                answer.headers.remove("Content-Length")
                answer.body = HTTPBody(change(body))
                return answer
            })
    }

    /// A place inside a text value: before the quote that ends the last one of the document.
    private static func inText(_ body: [UInt8]) -> Int? {
        // A name is followed by a colon; a value's closing quote by a comma, bracket or brace.
        body.indices.reversed().first { index in
            guard body[index] == 0x22, index > 0, body[index - 1] != 0x5C, body[index - 1] != 0x22 else { return false }
            let next = body[(index + 1)...].first { $0 != 0x20 && $0 != 0x0A }
            return next == 0x2C || next == 0x7D || next == 0x5D
        }
    }
}

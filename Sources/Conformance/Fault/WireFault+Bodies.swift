import Columns
import Tributary

/// Bodies that end too early, or are not what they should be.
extension WireFault {
    /// How the end of a cut body shows on the wire.
    enum Cut: String, Sendable, CaseIterable {
        /// The head announced more bytes than come.
        case announced = "a body shorter than its Content-Length"
        /// The last chunk of a chunked body never comes: the transport reports a broken connection.
        case chunked = "a chunked body without its last chunk"
        /// The connection just closes: the bytes alone show that something is missing.
        case closed = "a body that just ends"
        /// The head announces fewer bytes than the document has.
        case shortened = "a Content-Length that is too small"
        /// A compressed body without its end.
        case compressed = "a gzip body without its end"
    }

    /// The body ends after a part of it, between 0 and 1.
    static func cut(_ cut: Cut, after part: Double) -> WireFault {
        WireFault("\(cut.rawValue), cut at \(Int(part * 100)) %") { exchange in
            var answer = try await exchange.answer()
            let body = try await answer.body.collect()
            let kept = Array(body.prefix(min(body.count - 1, Int(Double(body.count) * part))))
            answer.headers.remove("Content-Length")
            switch cut {
            case .announced:
                answer.headers["Content-Length"] = String(body.count)
                answer.body = HTTPBody(kept)
            case .shortened:
                answer.headers["Content-Length"] = String(kept.count)
                answer.body = HTTPBody(body)
            case .closed: answer.body = HTTPBody(kept)
            case .chunked: answer.body = broken([kept], exchange)
            case .compressed:
                answer.headers["Content-Encoding"] = "gzip"
                let packed = GzipWriter.stored(body)
                answer.body = HTTPBody(Array(packed.prefix(Int(Double(packed.count) * part))))
            }
            return answer
        }
    }

    /// The body comes in pieces and breaks off after some of them.
    ///
    /// - Parameter padding: blanks in front of it, so that a layer that reads small bodies whole lets it through.
    static func interrupted(afterRows rows: Int, padding: Int) -> WireFault {
        WireFault("a connection that breaks after \(rows) rows of a streamed body") { exchange in
            var answer = try await exchange.answer()
            let body = try await answer.body.collect()
            let ends = RowEnds.of(body)
            let end = ends.isEmpty ? body.count / 2 : ends[min(max(0, rows - 1), ends.count - 1)]
            answer.headers.remove("Content-Length")
            let blanks = [UInt8](repeating: 0x20, count: padding)
            answer.body = broken([blanks, Array(body.prefix(end))], exchange)
            return answer
        }
    }

    /// The body is cut in its middle, and nothing says so. For callers that name the index at once.
    static func truncated(at index: Int) -> WireFault { cut(.closed, after: 0.5).from(index) }

    /// Something else comes in place of a page, with status 200.
    static func instead(_ what: String, _ type: String, _ body: String) -> WireFault {
        WireFault(what) { $0.response(200, [("Content-Type", type)], Array(body.utf8)) }
    }

    /// What services send with status 200 although something is wrong.
    static let disguised: [WireFault] = [
        .instead(
            "status 200 with an error object", "application/json",
            #"{"error": {"code": "internal", "message": "something broke"}}"#),
        .instead(
            "status 200 with errors and no data", "application/json",
            #"{"errors": [{"message": "something broke"}], "data": null}"#),
        .instead("status 200 with an empty object", "application/json", "{}"),
        .instead("status 200 with a text", "text/plain", "Service temporarily unavailable"),
        .instead(
            "a login page", "text/html; charset=utf-8",
            "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action=\"/login\"></form></body></html>"
        ),
        .instead("status 200 with an empty body", "application/json", ""),
    ]

    /// A page whose list has got another name, all else as it was: a new version of the API.
    static func renamed(list path: String) -> WireFault {
        WireFault(
            what: "status 200 with the list under another name",
            spoil: { answer in
                var answer = answer
                let body = try await answer.body.collect()
                guard var page = (try? JSONValue(parsing: body))?.object, let rows = page[path: path], rows.array != nil
                else {
                    answer.body = HTTPBody(body)
                    return answer
                }
                page[path: path] = nil
                page[path: path + "_v2"] = rows
                answer.headers.remove("Content-Length")
                answer.body = HTTPBody(JSONValue.object(page).serialized())
                return answer
            })
    }

    /// The rows of a page are half of those there are, and an error stands beside them: GraphQL's way.
    static let halfWithErrors = WireFault(
        what: "status 200 with errors and half of the rows",
        spoil: { answer in
            var answer = answer
            let body = try await answer.body.collect()
            guard var page = (try? JSONValue(parsing: body))?.object else {
                answer.body = HTTPBody(body)
                return answer
            }
            page = halved(page)
            page["errors"] = [["message": "something broke"]]
            answer.headers.remove("Content-Length")
            answer.body = HTTPBody(JSONValue.object(page).serialized())
            return answer
        })

    private static func halved(_ object: JSONObject) -> JSONObject {
        JSONObject(
            object.members.map { member in
                switch member.value {
                case .array(let rows) where rows.contains { $0.object != nil }:
                    (member.name, .array(Array(rows.prefix(rows.count / 2))))
                case .object(let inner): (member.name, .object(halved(inner)))
                default: (member.name, member.value)
                }
            })
    }

    private static func broken(_ chunks: [[UInt8]], _ exchange: StruckExchange) -> HTTPBody {
        let rest = Lock(chunks.filter { !$0.isEmpty })
        return HTTPBody {
            if let chunk = rest.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return chunk }
            throw SourceError(
                .unreachable, "Reading the body of \(exchange.label): the connection broke before its end.",
                recovery: .retry(after: nil))
        }
    }
}

/// Where the rows of a page end: behind each closing brace of the array of objects that is most to the outside.
enum RowEnds {
    static func of(_ bytes: [UInt8]) -> [Int] {
        var ends: [Int] = []
        var stack: [UInt8] = []
        var rowDepth: Int?
        var isText = false
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isText = false
                }
                continue
            }
            switch byte {
            case 0x22: isText = true
            case 0x7B, 0x5B:
                if byte == 0x7B, stack.last == 0x5B, rowDepth == nil { rowDepth = stack.count }
                stack.append(byte)
            case 0x7D, 0x5D:
                _ = stack.popLast()
                if byte == 0x7D, stack.count == rowDepth { ends.append(index + 1) }
            default: break
            }
        }
        return ends
    }
}

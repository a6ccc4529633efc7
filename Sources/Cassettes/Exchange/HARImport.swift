import Columns
import Foundation
import Tributary

/// Reads HAR files of other programs: browsers, proxies and API clients.
///
/// They leave out what the format demands and add what it does not know; what was blocked, came from a cache or is no
/// request of an API (pages, styles, scripts, pictures) is left out.
public struct HARImport: Sendable {
    /// What was read, secrets in clear: ``Redaction`` comes next.
    public let exchanges: [CapturedExchange]
    /// Entries that were left out, by reason.
    public let skipped: [String: Int]
    /// The program that wrote the file, with its version.
    public let creator: String

    /// - Parameter host: only requests to this host; nil takes every one.
    /// - Throws: `SourceError` of kind `invalidFixture` for a file that is no HAR.
    public init(_ bytes: [UInt8], file: String, host: String? = nil) throws {
        let root: JSONValue
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        do {
            root = try JSONValue(parsing: bytes)
        } catch {
            throw SourceError.fixture(file: file, at: nil, "it is not JSON: \(error)")
        }
        guard let log = root["log"], let entries = log["entries"]?.array else {
            throw SourceError.fixture(file: file, at: "log.entries", "a HAR file has a list of entries here")
        }
        var skipped: [String: Int] = [:]
        var exchanges: [CapturedExchange] = []
        for entry in entries {
            do {
                exchanges.append(try Self.exchange(entry, host: host))
            } catch let reason as Skipped {
                skipped[reason.why, default: 0] += 1
            }
        }
        self.exchanges = exchanges
        self.skipped = skipped
        let names = ["name", "version"].compactMap { log["creator"]?[$0]?.string }
        creator = names.isEmpty ? "unknown" : names.joined(separator: " ")
    }

    private struct Skipped: Error { let why: String }

    private static func exchange(_ entry: JSONValue, host: String?) throws -> CapturedExchange {
        let request = entry["request"]
        let response = entry["response"]
        guard let url = request?["url"]?.string, let components = URLComponents(string: url),
            let name = components.host, ["http", "https"].contains(components.scheme ?? "")
        else { throw Skipped(why: "no address of the web") }
        if let host, host != name { throw Skipped(why: "another host") }
        let status = Int(response?["status"]?.int64 ?? 0)
        guard status >= 100 else { throw Skipped(why: "without an answer") }
        let content = response?["content"]
        let type = content?["mimeType"]?.string ?? ""
        guard isData(type) else { throw Skipped(why: "pages, styles, scripts and pictures") }
        return CapturedExchange(
            lane: .init(), method: request?["method"]?.string?.uppercased() ?? "GET",
            url: String(url.prefix { $0 != "#" }), secretParameters: [], requestHeaders: fields(request),
            requestBody: try body(request?["postData"]), status: status, responseHeaders: fields(response),
            body: try body(content), failure: nil, isPartial: false)
    }

    private static func isData(_ type: String) -> Bool {
        let other = ["text/html", "text/css", "javascript", "image/", "font", "video/", "audio/", "wasm"]
        return !other.contains { type.lowercased().contains($0) }
    }

    /// Header fields: objects, pairs, and values that are lists; those of HTTP/2 that begin with a colon are none.
    private static func fields(_ message: JSONValue?) -> [CapturedExchange.Field] {
        (message?["headers"]?.array ?? []).compactMap { field in
            let pair = field.array
            guard let name = field["name"]?.string ?? pair?.first?.string, !name.hasPrefix(":"),
                !["cookie", "content-encoding", "content-length", "transfer-encoding"].contains(name.lowercased())
            else { return nil }
            let value = field["value"] ?? pair?.last
            let text = value?.string ?? value?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
            return .init(name: name, value: text, isSecret: name.lowercased() == "authorization")
        }
    }

    private static func body(_ content: JSONValue?) throws -> [UInt8] {
        if let text = content?["text"]?.string {
            let encoding = (content?["encoding"] ?? content?["_encoding"])?.string?.lowercased()
            guard encoding == "base64" else { return Array(text.utf8) }
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw Skipped(why: "a body that is not base 64")
            }
            return [UInt8](data)
        }
        let pairs = (content?["params"]?.array ?? []).compactMap { pair -> String? in
            guard let name = pair["name"]?.string else { return nil }
            let value = pair["value"]?.string ?? ""
            return PercentCoding.encoded(Array(name.utf8)) + "=" + PercentCoding.encoded(Array(value.utf8))
        }
        return Array(pairs.joined(separator: "&").utf8)
    }
}

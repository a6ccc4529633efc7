import Columns
import Foundation
import Tributary

/// Reads one entry of a HAR file.
struct HAREntryReader {
    let entry: FixtureValue

    func exchange(index: Int) throws -> Exchange {
        let replay = try entry.optional("_replay").map(ReplayRule.init) ?? ReplayRule()
        return Exchange(
            id: try entry.optional("_id")?.string() ?? "entry-\(index + 1)",
            schemas: try entry.optional("_schema")?.strings() ?? [],
            syncTypes: try entry.optional("_sync")?.array().map { try $0.choice() } ?? [],
            repetition: replay.repetition, isOptional: replay.isOptional, after: replay.after,
            isTrimmed: try entry.optional("_trimmed") != nil,
            request: try request(entry.member("request")), response: try response(entry.member("response")))
    }

    private func request(_ value: FixtureValue) throws -> RecordedRequest {
        let headers = try headers(of: value)
        let body = try value.optional("postData").map { try self.body($0) } ?? RecordedBody.empty
        return RecordedRequest(
            method: try value.member("method").string().uppercased(), url: try url(value.member("url")),
            headers: headers, body: body)
    }

    private func url(_ value: FixtureValue) throws -> String {
        let text = try value.string()
        do {
            _ = try CanonicalURL(text)
        } catch let problem as CanonicalURL.Problem {
            throw value.fail(problem.text)
        }
        return text
    }

    private func response(_ value: FixtureValue) throws -> RecordedResponse {
        let status = try value.member("status").int()
        let failure = try value.optional("_error") ?? entry.optional("_error")
        guard (100...599).contains(status) || (status == 0 && failure != nil) else {
            throw value.fail("a status from 100 to 599 should be here, or 0 with an _error beside it, not \(status)")
        }
        return RecordedResponse(
            status: status, headers: try headers(of: value),
            body: try value.optional("content").map { try body($0) } ?? RecordedBody.empty,
            failure: try failure.map(transportFailure))
    }

    private func transportFailure(_ value: FixtureValue) throws -> RecordedResponse.Failure {
        if let text = value.value.string { return RecordedResponse.Failure(code: "", message: text) }
        return RecordedResponse.Failure(
            code: try value.optional("curl")?.string() ?? "", message: try value.optional("message")?.string() ?? "")
    }

    /// Header fields: objects of name and value as the format says, or pairs; a value may be a list.
    private func headers(of message: FixtureValue) throws -> [(name: String, value: String)] {
        try (message.optional("headers")?.array() ?? []).map { field in
            if let pair = field.value.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string {
                return (name, value)
            }
            let value = try field.optional("value")?.strings().joined(separator: ", ") ?? ""
            return (try field.member("name").string(), value)
        }
    }

    /// A body from `_file`, `_json`, `text` or form `params`, in this order.
    private func body(_ content: FixtureValue) throws -> RecordedBody {
        if let file = try content.optional("_file") {
            do {
                return .file(try FixturePath(file.string()).text)
            } catch let problem as FixturePath.Problem {
                throw file.fail(problem.text)
            }
        }
        if let json = try content.optional("_json") { return .json(json.value) }
        if let text = try content.optional("text") { return .bytes(try decoded(text, of: content)) }
        if let params = try content.optional("params")?.array(), !params.isEmpty { return .bytes(try form(params)) }
        return .empty
    }

    private func decoded(_ text: FixtureValue, of content: FixtureValue) throws -> [UInt8] {
        let encoding = try content.optional("encoding") ?? content.optional("_encoding")
        switch try encoding?.string().lowercased() {
        case nil, "": return Array(try text.string().utf8)
        case "base64":
            guard let data = Data(base64Encoded: try text.string(), options: .ignoreUnknownCharacters) else {
                throw text.fail("the text is not base64, though the encoding says so")
            }
            return [UInt8](data)
        case let other?: throw content.fail("the encoding \"\(other)\" is not known; only base64 is")
        }
    }

    private func form(_ params: [FixtureValue]) throws -> [UInt8] {
        let pairs = try params.map { param in
            PercentCoding.encoded(Array(try param.member("name").string().utf8)) + "="
                + PercentCoding.encoded(Array(try param.optional("value")?.string().utf8 ?? "".utf8))
        }
        return Array(pairs.joined(separator: "&").utf8)
    }
}

/// The `_replay` of an entry: a word, a list of words, or an object with the ids that come before.
private struct ReplayRule {
    var repetition = Exchange.Repetition.once
    var isOptional = false
    var after: [String] = []

    init() {}

    init(_ value: FixtureValue) throws {
        guard value.value.object != nil else {
            for word in try value.value.string == nil ? value.array() : [value] { try take(word) }
            return
        }
        try value.allowOnly(["mode", "after"])
        if let mode = try value.optional("mode") { try self = ReplayRule(mode) }
        after = try value.optional("after")?.strings() ?? []
    }

    private mutating func take(_ word: FixtureValue) throws {
        if try word.string() == "optional" { isOptional = true } else { repetition = try word.choice() }
    }
}

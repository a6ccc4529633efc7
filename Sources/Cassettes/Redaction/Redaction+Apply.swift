import Columns
import Foundation
import Tributary

extension Redaction {
    /// The exchange with everything replaced that was collected.
    mutating func apply(_ exchange: CapturedExchange, _ counts: inout [String: Int]) -> CapturedExchange {
        subject = Subject(exchange)
        var result = exchange
        result.url = url(exchange, &counts)
        result.requestHeaders = exchange.requestHeaders.compactMap { field in
            guard !MatchRules.neverCompared.contains(field.name.lowercased()) else { return nil }
            return self.field(field, &counts)
        }
        result.requestBody = requestBody(exchange.requestBody, &counts)
        result.responseHeaders = exchange.responseHeaders.compactMap { field in
            guard isKept(field, of: exchange) else {
                counts["header-dropped", default: 0] += 1
                return nil
            }
            return self.field(field, &counts)
        }
        result.body = body(exchange.body, isError: exchange.status >= 400, isPretty: true, &counts)
        result.failure = exchange.failure.map { .init(code: $0.code, message: text($0.message, &counts)) }
        return result
    }

    private func text(_ text: String, _ counts: inout [String: Int]) -> String {
        let outcome = replacements.applied(to: text)
        counts.merge(outcome.counts) { $0 + $1 }
        return outcome.text
    }

    private mutating func field(
        _ field: CapturedExchange.Field, _ counts: inout [String: Int]
    ) -> CapturedExchange.Field {
        .init(name: field.name.lowercased(), value: text(field.value, &counts), isSecret: field.isSecret)
    }

    private func url(_ exchange: CapturedExchange, _ counts: inout [String: Int]) -> String {
        let url = String(exchange.url.prefix { $0 != "#" })
        let mark = url.firstIndex(of: "?") ?? url.endIndex
        let base = paths.applied(to: String(url[..<mark]))
        counts.merge(base.counts) { $0 + $1 }
        let query = CanonicalURL.rawParameters(exchange.url).map { parameter -> String in
            guard let value = parameter.value else { return parameter.name }
            let plain = String(decoding: PercentCoding.decodedQuery(value), as: UTF8.self)
            let changed = text(plain, &counts)
            return parameter.name + "=" + (changed == plain ? value : PercentCoding.encoded(Array(changed.utf8)))
        }
        return query.isEmpty ? base.text : base.text + "?" + query.joined(separator: "&")
    }

    /// Of program text only the secrets go: changed words would ask for something else.
    private mutating func requestBody(_ bytes: [UInt8], _ counts: inout [String: Int]) -> [UInt8] {
        guard let json = RawJSON(bytes) else { return body(bytes, isError: false, isPretty: false, &counts) }
        let calls = GraphQLText.calls(in: json).map { call -> RawJSON in
            guard case .object(let members) = call else { return apply(call, path: [], isError: false, &counts) }
            let programs = GraphQLText.members(of: members)
            return .object(
                members.map { member in
                    guard programs.contains(member.name), case .scalar(let scalar) = member.value,
                        let text = scalar.string
                    else { return applied(member, &counts) }
                    let outcome = secrets.applied(to: text)
                    counts.merge(outcome.counts) { $0 + $1 }
                    var member = member
                    if outcome.text != text { member.value = .string(outcome.text) }
                    return member
                })
        }
        if case .array = json { return RawJSON.array(calls).compact }
        return calls[0].compact
    }

    private mutating func applied(_ member: RawJSON.Member, _ counts: inout [String: Int]) -> RawJSON.Member {
        guard case .object(let members) = apply(.object([member]), path: [], isError: false, &counts) else {
            return member
        }
        return members[0]
    }

    private mutating func body(
        _ bytes: [UInt8], isError: Bool, isPretty: Bool, _ counts: inout [String: Int]
    ) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        if let json = RawJSON(bytes) {
            let result = apply(json, path: [], isError: isError, &counts)
            return isPretty ? result.pretty : result.compact
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return bytes }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            if let json = RawJSON(Array(line.utf8)), case .object = json {
                return String(decoding: apply(json, path: [], isError: isError, &counts).compact, as: UTF8.self)
            }
            return self.text(String(line), &counts)
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    private mutating func apply(
        _ json: RawJSON, path: [String], isError: Bool, _ counts: inout [String: Int]
    ) -> RawJSON {
        switch json {
        case .scalar(let scalar):
            guard let text = scalar.string else { return dropped(path, &counts) ?? json }
            if let (replacement, rule) = decision(text, .json, path: path, isError: isError) {
                guard let replacement, text.contains(where: { !$0.isWhitespace }) else { return json }
                counts[rule, default: 0] += 1
                return rule == "drop" ? .scalar(.init(raw: "null", offset: 0)) : .string(replacement)
            }
            let changed = self.text(text, &counts)
            return changed == text ? json : .string(changed)
        case .array(let elements):
            return .array(elements.map { apply($0, path: path, isError: isError, &counts) })
        case .object(let members):
            return .object(
                members.map { member in
                    let name = text(member.name, &counts)
                    return RawJSON.Member(
                        rawName: name == member.name ? member.rawName : RawJSON.quoted(name), name: name,
                        value: apply(
                            member.value, path: path + [member.name],
                            isError: isError || path.isEmpty && Self.isError(member, beside: members), &counts))
                })
        }
    }

    /// Numbers and truth values go only where a rule says so.
    private mutating func dropped(_ path: [String], _ counts: inout [String: Int]) -> RawJSON? {
        guard rule(.json, path)?.action == .drop else { return nil }
        counts["drop", default: 0] += 1
        return .scalar(.init(raw: "null", offset: 0))
    }
}

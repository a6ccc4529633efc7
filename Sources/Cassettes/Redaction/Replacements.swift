import Columns
import Foundation

/// Everything that is replaced in a recording: original and replacement, wherever and however it is spelt.
struct Replacements: Sendable {
    /// What one text became.
    struct Outcome {
        var bytes: [UInt8]
        /// How many places each rule has changed.
        var counts: [String: Int]
    }

    /// The replacement and the rule of each original.
    private(set) var entries: [String: (replacement: String, rule: String)] = [:]
    private var rules: [String: String] = [:]
    private var patterns = PatternSet([])
    /// Names that are too short to be looked for within a text: they count as a part of a path, as they may be a key.
    private var short: [String: String] = [:]

    /// Notes a replacement; the first one of an original stays.
    mutating func add(_ original: String, _ replacement: String, rule: String) {
        guard !original.isEmpty, original != replacement, entries[original] == nil else { return }
        entries[original] = (replacement, rule)
    }

    /// Makes the set ready for use; to be called when all originals are known.
    mutating func seal() {
        var all: [(String, String)] = []
        for (original, entry) in entries {
            // Of a rule "drop" nothing is spread: its places are named.
            if entry.rule == "drop" { continue }
            if original.utf8.count < 4, Self.ofNames.contains(entry.rule) { short[original] = entry.replacement }
            all.append((original, entry.replacement))
            rules[entry.replacement] = entry.rule
            for spelling in Self.spellings(original) {
                let replacement = spelling.encode(entry.replacement)
                all.append((spelling.text, replacement))
                rules[replacement] = entry.rule
            }
        }
        patterns = PatternSet(all)
    }

    /// Those of secrets and of what is told by its form alone, ready for use: names and words of people may be words of a
    /// program too.
    func withoutWords() -> Replacements {
        let words: Set = [
            "pseudonym:name", "pseudonym:text", "pseudonym:address", "pseudonym:identity", "pseudonym:token",
        ]
        var rest = Replacements()
        for (original, entry) in entries where !words.contains(entry.rule) {
            rest.add(original, entry.replacement, rule: entry.rule)
        }
        rest.seal()
        return rest
    }

    /// Those for the path of a URL, ready for use. What a source escapes there it will escape of a pseudonym, too; an original
    /// that stands there as it is, though it has what could be escaped, was not.
    func inPaths() -> Replacements {
        var copy = Replacements()
        for (original, entry) in entries {
            let isPlain = PercentCoding.encoded(Array(original.utf8)) == original
            let replacement =
                isPlain && entry.rule != "host"
                ? PercentCoding.encoded(Array(entry.replacement.utf8)) : entry.replacement
            copy.add(original, replacement, rule: entry.rule)
        }
        copy.seal()
        return copy
    }

    /// Rules whose values may be names of accounts.
    private static let ofNames: Set = ["pseudonym:name", "pseudonym:identity", "pseudonym:token", "pseudonym:email"]

    /// The originals, for the scanner. What is replaced for its form alone is harmless where its name calls it an identifier,
    /// as it may be in another state. A word that the fakes are made of, such as the password of an installation that is
    /// `password`, would be found in every fake.
    var originals: [String] {
        let fakes = Set(entries.values.map(\.replacement).filter { $0.hasPrefix("fake-") })
        return entries.filter { $0.value.rule != "high-entropy" }.keys.filter { original in
            original.utf8.count >= 6 && !fakes.contains { $0.contains(original) }
        }.sorted()
    }

    /// The text with every original replaced, also inside percent escapes, HTML escapes, base 64 and hexadecimal.
    func applied(to text: String) -> (text: String, counts: [String: Int]) {
        guard !entries.isEmpty, !text.isEmpty else { return (text, [:]) }
        if let entry = entries[text] { return (entry.replacement, [entry.rule: 1]) }
        var outcome = applied(to: Array(text.utf8), depth: 0)
        let changed = String(decoding: outcome.bytes, as: UTF8.self)
        guard !short.isEmpty, changed.contains("/") else { return (changed, outcome.counts) }
        let parts = changed.split(separator: "/", omittingEmptySubsequences: false).map { part -> String in
            // What stands before a query or a fragment is a part as well.
            let name = part.prefix { $0 != "?" && $0 != "#" }
            guard let replacement = short[String(name)] else { return String(part) }
            outcome.counts["pseudonym:name", default: 0] += 1
            return replacement + part[name.endIndex...]
        }
        return (parts.joined(separator: "/"), outcome.counts)
    }

    func applied(to bytes: [UInt8]) -> Outcome { applied(to: bytes, depth: 0) }

    private func applied(to bytes: [UInt8], depth: Int) -> Outcome {
        var counts: [String: Int] = [:]
        var result = plain(bytes, &counts)
        if depth < 4 { result = layers(result, &counts, depth: depth) }
        return Outcome(bytes: result, counts: counts)
    }

    private func plain(_ bytes: [UInt8], _ counts: inout [String: Int]) -> [UInt8] {
        let matches = patterns.matches(in: bytes)
        guard !matches.isEmpty else { return bytes }
        for match in matches { counts[rules[match.replacement] ?? "spread", default: 0] += 1 }
        return patterns.replacing(bytes) ?? bytes
    }

    /// Base 64 and hexadecimal are taken apart, changed, and put together again in the same coding.
    private func layers(_ bytes: [UInt8], _ counts: inout [String: Int], depth: Int) -> [UInt8] {
        var result = bytes
        for layer in TextLayers.layers(in: bytes).reversed() where !Inflate.isGzip(layer.content) {
            let inner = applied(to: layer.content, depth: depth + 1)
            guard !inner.counts.isEmpty else { continue }
            result.replaceSubrange(layer.range, with: Array(layer.coding.encoded(inner.bytes).utf8))
            counts.merge(inner.counts) { $0 + $1 }
        }
        return result
    }

    private struct Spelling {
        var text: String
        var encode: @Sendable (String) -> String
    }

    /// The escaped spellings that differ from the text itself.
    private static func spellings(_ text: String) -> [Spelling] {
        let percent: @Sendable (String) -> String = { PercentCoding.encoded(Array($0.utf8)) }
        let plus: @Sendable (String) -> String = { percent($0).replacingOccurrences(of: "%20", with: "+") }
        let lower: @Sendable (String) -> String = { value in
            var result = ""
            var rest = Substring(percent(value))
            while let sign = rest.firstIndex(of: "%") {
                result += rest[..<sign] + rest[sign...].prefix(3).lowercased()
                rest = rest[sign...].dropFirst(3)
            }
            return result + rest
        }
        let html: @Sendable (String) -> String = { value in
            var value = value.replacingOccurrences(of: "&", with: "&amp;")
            for (character, name) in [("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")] {
                value = value.replacingOccurrences(of: character, with: name)
            }
            return value
        }
        let json: @Sendable (String) -> String = { value in
            String(RawJSON.quoted(value).dropFirst().dropLast()).replacingOccurrences(of: "/", with: "\\/")
        }
        return [percent, plus, lower, html, json].map { Spelling(text: $0(text), encode: $0) }.filter {
            $0.text != text
        }
    }
}

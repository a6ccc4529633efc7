import Columns
import Foundation
import Tributary

enum SourceErrors {
    static func noFolder(_ folder: URL) -> SourceError {
        .fixture(file: folder.lastPathComponent, at: nil, "there is no such folder")
    }
}

/// Goes through one file and judges each text in it with its name and place.
struct LeakWalk {
    let scanner: LeakScanner
    let file: String
    let bytes: [UInt8]
    var findings: [LeakFinding] = []
    /// Texts in which nothing was found, by the name they stood under: recordings say the same things many times.
    private(set) var clean: Set<NamedText>
    /// Findings so far, those as well that an earlier one stands for.
    private var found = 0

    struct NamedText: Hashable {
        var name: String
        var text: String
    }

    private let lineStarts: [Int]

    init(scanner: LeakScanner, file: String, bytes: [UInt8], clean: Set<NamedText> = []) {
        self.scanner = scanner
        self.file = file
        self.bytes = bytes
        self.clean = clean
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    }

    mutating func run() {
        if Inflate.isGzip(bytes), let inflated = Inflate.gzip(bytes) {
            var inner = LeakWalk(scanner: scanner, file: file, bytes: inflated)
            inner.run()
            findings += inner.findings.map { finding in
                var finding = finding
                finding.place = "gzip, " + finding.place
                finding.line = nil
                return finding
            }
        } else if let json = RawJSON(bytes) {
            walk(json, name: "", path: "")
        } else {
            lines()
        }
    }

    /// Text by its lines; of bytes that are no text, their readable runs.
    private mutating func lines() {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            for range in TextLayers.runs(of: bytes, { $0 >= 0x20 && $0 < 0x7F }) where range.count >= 8 {
                judge(
                    String(decoding: bytes[range], as: UTF8.self), name: "", place: "byte \(range.lowerBound)",
                    offset: nil)
            }
            return
        }
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.count >= 6 else { continue }
            let text = String(decoding: line, as: UTF8.self)
            let start = lineStarts[index]
            if let json = RawJSON(Array(line)), case .object = json {
                walk(json, name: "", path: "line \(index + 1)", from: start)
            } else {
                judge(text, name: "", place: "line \(index + 1)", offset: start)
                for (name, value) in Self.assignments(text) {
                    credential(value, name: name, place: "line \(index + 1), \(name)", offset: start)
                }
            }
        }
    }

    /// `name = 'value'`, `name: value` and `name=value` of a line.
    private static func assignments(_ line: String) -> [(String, String)] {
        guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return [] }
        let name = line[..<sign].split(whereSeparator: { " \t\"'?&".contains($0) }).last.map(String.init) ?? ""
        let value = line[line.index(after: sign)...].drop { " \t\"'=".contains($0) }
            .prefix { !" \t\"',;&".contains($0) }
        return name.isEmpty || value.isEmpty ? [] : [(name, String(value))]
    }

    private mutating func walk(_ json: RawJSON, name: String, path: String, from start: Int = 0) {
        switch json {
        case .scalar(let scalar):
            guard let text = scalar.string else { return }
            judge(text, name: name, place: path.isEmpty ? "$" : path, offset: start + scalar.offset)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                walk(element, name: name, path: "\(path)[\(index)]", from: start)
            }
        case .object(let members):
            let pair = Self.pair(members)
            for member in members {
                let place = path.isEmpty ? member.name : "\(path).\(member.name)"
                if let pair, member.name == "value" {
                    walk(member.value, name: pair, path: "\(path).\(pair)", from: start)
                } else {
                    if member.name.utf8.count >= 8 { judge(member.name, name: "", place: place, offset: nil) }
                    walk(member.value, name: member.name, path: place, from: start)
                }
            }
        }
    }

    /// The name of `{"name": …, "value": …}`, as HAR has headers, parameters and cookies.
    private static func pair(_ members: [RawJSON.Member]) -> String? {
        guard members.contains(where: { $0.name == "value" }),
            case .scalar(let scalar)? = members.first(where: { $0.name == "name" })?.value
        else { return nil }
        return scalar.string
    }

    /// Judges a text by every rule, and whatever it decodes to.
    mutating func judge(_ text: String, name: String, place: String, offset: Int?, depth: Int = 0) {
        guard text.utf8.count >= 4, depth < 5 else { return }
        let named = NamedText(name: name, text: text)
        if depth == 0, clean.contains(named) { return }
        let bytes = Array(text.utf8)
        let (count, before) = (findings.count, found)
        defer { if depth == 0, found == before { clean.insert(named) } }
        credential(text, name: name, place: place, offset: offset)
        originals(bytes, place: place, offset: offset)
        shapes(bytes, place: place, offset: offset)
        guard findings.count == count else { return }
        personal(text, bytes, name: name, place: place, offset: offset)
        entropy(bytes, name: name, place: place, offset: offset)
        inner(text, bytes, name: name, place: place, offset: offset, depth: depth)
    }

    private mutating func inner(
        _ text: String, _ bytes: [UInt8], name: String, place: String, offset: Int?, depth: Int
    ) {
        if let unescaped = TextLayers.unescaped(text) {
            judge(unescaped, name: name, place: place + " (unescaped)", offset: offset, depth: depth + 1)
        }
        for parameter in Self.parameters(text) {
            judge(parameter.1, name: parameter.0, place: "\(place)?\(parameter.0)", offset: offset, depth: depth + 1)
        }
        for layer in TextLayers.layers(in: bytes) {
            if Inflate.isGzip(layer.content) {
                var walk = LeakWalk(scanner: scanner, file: file, bytes: layer.content)
                walk.run()
                for finding in walk.findings { take(finding, under: place, offset: offset) }
            } else {
                let inside = String(decoding: layer.content, as: UTF8.self)
                let label = if case .hex = layer.coding { " (hexadecimal)" } else { " (base64)" }
                judge(inside, name: name, place: place + label, offset: offset, depth: depth + 1)
            }
        }
        if let first = bytes.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let json = RawJSON(bytes)
        {
            var walk = LeakWalk(scanner: scanner, file: file, bytes: [])
            walk.walk(json, name: name, path: "")
            for finding in walk.findings { take(finding, under: place, offset: offset) }
        }
    }

    private mutating func take(_ finding: LeakFinding, under place: String, offset: Int?) {
        var finding = finding
        finding.place = "\(place) > \(finding.place)"
        finding.line = offset.map(line)
        append(finding)
    }

    /// The parameters of a URL's query.
    private static func parameters(_ text: String) -> [(String, String)] {
        guard let mark = text.firstIndex(of: "?"), text.contains("=") else { return [] }
        return text[text.index(after: mark)...].split(separator: "&").compactMap { part in
            let sides = part.split(separator: "=", maxSplits: 1)
            return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
        }
    }

    mutating func add(_ rule: LeakFinding.Rule, _ what: String, _ value: String, place: String, offset: Int?) {
        append(
            LeakFinding(
                file: file, place: place, line: offset.map(line), rule: rule, what: what, value: value))
    }

    private mutating func append(_ finding: LeakFinding) {
        found += 1
        let isKnown = findings.contains {
            $0.fingerprint == finding.fingerprint && finding.place.hasPrefix($0.place)
        }
        if !isKnown { findings.append(finding) }
    }

    private func line(_ offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while low < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

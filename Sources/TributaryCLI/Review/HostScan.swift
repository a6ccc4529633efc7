import Foundation

/// The hosts that a source's code names, each held against the vendor's own.
struct HostScan {
    /// The page of the vendor's documentation.
    let docs: String

    func remarks(_ files: [SourceText]) -> [ReviewReport.Remark] {
        var seen: Set<String> = []
        var remarks: [ReviewReport.Remark] = []
        for file in files {
            for (index, line) in file.scanned.enumerated() {
                for match in line.texts.flatMap({ $0.matches(of: /(https?):\/\/([^\/\s?#]*)/) }) {
                    let (scheme, host) = (String(match.1), String(match.2).lowercased())
                    guard !host.isEmpty, seen.insert(scheme + host).inserted else { continue }
                    remarks.append(remark(scheme, host, file.file, index + 1))
                }
            }
        }
        return remarks.isEmpty ? [.init(level: .good, text: "No host is written in the code.")] : remarks
    }

    private func remark(_ scheme: String, _ host: String, _ file: String, _ line: Int) -> ReviewReport.Remark {
        let name = String(host.prefix { $0 != ":" })
        if Self.isForExamples(name) {
            return .init(
                level: .good, text: "\(host) is a name for examples, and leads nowhere.", file: file, line: line)
        }
        if scheme == "http" {
            return .init(level: .bad, text: "\(host) is asked without encryption.", file: file, line: line)
        }
        if name.allSatisfy({ $0.isNumber || $0 == "." }) || name == "localhost" || name.hasPrefix("[") {
            return .init(level: .bad, text: "\(host) is a fixed address.", file: file, line: line)
        }
        if name.contains("…") && Self.site(name) != vendor {
            return .init(
                level: .person, text: "\(host): a part of the host comes from the config; is it checked and pinned?",
                file: file, line: line)
        }
        if Self.site(name) == vendor {
            return .init(level: .good, text: "\(host) is the vendor's.", file: file, line: line)
        }
        return .init(
            level: .warning,
            text:
                "\(host) is not on the site of the vendor's documentation (\(vendor)): whose is it, and what is sent there?",
            file: file, line: line)
    }

    private var vendor: String { Self.site(URLComponents(string: docs)?.host ?? "") }

    /// Whether a name is kept for documents (RFC 2606), so that nobody has a machine behind it.
    private static func isForExamples(_ name: String) -> Bool {
        let labels = name.split(separator: ".")
        let isDomain = labels.suffix(2).first == "example" && ["com", "net", "org"].contains(labels.last)
        return isDomain || ["example", "test", "invalid"].contains(labels.last)
    }

    /// The last two labels: which suffixes are public is beyond a hint for a reviewer.
    private static func site(_ host: String) -> String {
        host.split(separator: ".").suffix(2).joined(separator: ".")
    }
}

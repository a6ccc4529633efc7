import Columns
import Foundation
import Tributary

/// Failures that were there when the ledger was closed. They may stay for now; the list can only shrink.
///
/// `Fixtures/ledger.json`:
///
/// ```json
/// {"format": 1, "closed": "2026-11-23", "failures": [
///   {"case": "stripe/billing / charges / watermark-split-equivalence", "since": "2026-11-20", "reference": "https://…"}
/// ]}
/// ```
///
/// A failure that the ledger holds is `known` and fails no run. One that no longer fails must be taken out, and one
/// that is dated after the day on which the ledger was closed was added: both are problems of the run.
public struct FailureLedger: Sendable, Hashable {
    /// One known failure.
    public struct Entry: Sendable, Hashable, Codable {
        /// The case's ``CheckRunner/Case/id``.
        public var name: String
        /// The day on which it was first seen.
        public var since: String
        /// Where it is discussed.
        public var reference: String

        public init(name: String, since: String, reference: String) {
            self.name = name
            self.since = since
            self.reference = reference
        }
    }

    public let entries: [Entry]
    private let texts: [String]
    /// The file, to point at.
    private let file: URL?

    /// Reads a ledger; nil when there is no such file.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` when it is no JSON.
    public init?(at file: URL) throws {
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        do {
            self.init(try JSONValue(parsing: [UInt8](data)), file: file)
        } catch {
            throw SourceError(
                SourceError.Kind(rawValue: "invalid-fixture"), "Reading \(file.lastPathComponent): \(error).")
        }
    }

    /// A ledger of a value at hand.
    init(_ value: JSONValue, file: URL? = nil) {
        var entries: [Entry] = []
        var problems: [String] = []
        let closed = value["closed"]?.string ?? ""
        if value["format"]?.int64 != 1 { problems.append("The ledger must say \"format\": 1.") }
        if CivilDay(closed) == nil { problems.append("The ledger must say on which day it was closed.") }
        for (index, item) in (value["failures"]?.array ?? []).enumerated() {
            let texts = ["case", "since", "reference"].map { item[$0]?.string ?? "" }
            guard !texts.contains(""), CivilDay(texts[1]) != nil else {
                problems.append("Entry \(index + 1) needs case, since (a day) and reference.")
                continue
            }
            if texts[1] > closed {
                problems.append(
                    "Entry \(index + 1), \(texts[0]), was added after \(closed): the ledger can only shrink.")
            }
            entries.append(Entry(name: texts[0], since: texts[1], reference: texts[2]))
        }
        self.entries = entries
        texts = problems
        self.file = file
    }

    /// A failure that the ledger holds is known.
    func applied(to verdict: Verdict, of item: CheckRunner.Case) -> Verdict {
        guard case .failed(let findings) = verdict, let entry = entries.first(where: { $0.name == item.id }) else {
            return verdict
        }
        return .known(entry, findings)
    }

    /// What is wrong with the ledger itself: entries that are incomplete, or were added.
    public var problems: [Finding] { texts.map { finding($0, near: "\"failures\"") } }

    /// The entries that no longer fail.
    ///
    /// - Parameter results: of this run; entries of cases that did not run are left alone.
    public func gone(after results: [CheckResult]) -> [Finding] {
        let verdicts = Dictionary(results.map { ($0.item.id, $0.verdict) }) { first, _ in first }
        return entries.filter { verdicts[$0.name]?.isGood == true }.map {
            finding("\($0.name) no longer fails. Take it out of the ledger.", near: $0.name)
        }
    }

    private func finding(_ text: String, near place: String) -> Finding {
        Finding(
            at: file?.lastPathComponent ?? "ledger.json", expected: "known failures that still fail, and none added",
            actual: text, cause: "Mend new failures; take out what is mended.", file: file?.lastPathComponent,
            line: file.flatMap { SourceLine.of(place, in: $0) })
    }
}

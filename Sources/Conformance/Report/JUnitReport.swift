import Cassettes
import Foundation

/// A run as JUnit XML, as continuous integration servers read it: a suite for each scenario and table, a case for each
/// check.
public struct JUnitReport: Sendable {
    private let report: ConformanceReport

    public init(_ report: ConformanceReport) { self.report = report }

    /// The document.
    public var text: String {
        let suites = report.rows.map(suite) + (report.problems.isEmpty ? [] : [problems])
        let counts = attributes(report.results, problems: report.problems.count)
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="tributary check" \(counts) time="\(Self.seconds(report.duration / .seconds(1)))">
            \(suites.joined(separator: "\n"))
            </testsuites>

            """
    }

    private func suite(_ row: ConformanceReport.Row) -> String {
        let name = Self.escaped("\(row.scenario) / \(row.table)")
        let time = Self.seconds(row.results.reduce(0) { $0 + $1.seconds })
        let cases = row.results.map(testCase).joined(separator: "\n")
        let skipped = row.results.count { isSkipped($0) }
        return """
              <testsuite name="\(name)" \(attributes(row.results)) skipped="\(skipped)" timestamp="\(timestamp)" time="\(time)">
            \(cases)
              </testsuite>
            """
    }

    private var timestamp: String { report.began.replacing(" ", with: "T").replacing("Z", with: "") }

    private func attributes(_ results: [CheckResult], problems: Int = 0) -> String {
        let errors = results.count(where: \.couldNotRun)
        let failures = results.count { $0.isFailure(strict: report.options.isStrict) } - errors + problems
        return "tests=\"\(results.count + problems)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }

    private func isSkipped(_ result: CheckResult) -> Bool {
        if result.isFailure(strict: report.options.isStrict) { return false }
        if case .passed = result.verdict { return false }
        return true
    }

    private func testCase(_ result: CheckResult) -> String {
        let place = Self.escaped(
            "\(result.item.input.scenario.id.replacing("/", with: ".")).\(result.item.table)")
        let start = "    <testcase name=\"\(Self.escaped(result.item.name))\" classname=\"\(place)\" "
        let time = "time=\"\(Self.seconds(result.seconds))\""
        guard let body = body(result) else { return start + time + "/>" }
        return start + time + ">\n      \(body)\n    </testcase>"
    }

    private func body(_ result: CheckResult) -> String? {
        if !result.isFailure(strict: report.options.isStrict) {
            guard isSkipped(result) else { return nil }
            let why = [result.verdict.name, result.verdict.detail].compactMap { $0 }.joined(separator: ": ")
            return "<skipped message=\"\(Self.escaped(why))\"/>"
        }
        let story = FailureStory(result)
        let element = result.couldNotRun ? "error" : "failure"
        let message = story.findings.first?.actual ?? story.reason ?? story.verdict
        return "<\(element) type=\"\(Self.escaped(story.verdict))\" message=\"\(Self.escaped(message))\">"
            + "\(Self.escaped(story.text))</\(element)>"
    }

    private var problems: String {
        let count = report.problems.count
        let cases = report.problems.map { problem in
            "    <testcase name=\"\(Self.escaped(problem.place))\" classname=\"waivers-and-ledger\" time=\"0.000\">\n"
                + "      <failure type=\"failed\" message=\"\(Self.escaped(problem.actual))\">"
                + "\(Self.escaped("Expected: \(problem.expected)\nActual:   \(problem.actual)"))</failure>\n    </testcase>"
        }
        return """
              <testsuite name="waivers and ledger" tests="\(count)" failures="\(count)" errors="0" skipped="0" timestamp="\(timestamp)" time="0.000">
            \(cases.joined(separator: "\n"))
              </testsuite>
            """
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

    /// Text for an element or an attribute. Characters that XML 1.0 cannot hold become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += "&#9;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

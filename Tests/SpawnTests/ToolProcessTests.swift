import Foundation
import Spawn
import TestSupport
import Testing

@Suite("ToolProcess", .timeLimit(.minutes(1)))
struct ToolProcessTests {
    @Test("Output and errors come in their order, whole lines are told on the way, and the rest is kept")
    func lines() throws {
        var told: [String] = []
        let outcome = try ToolProcess.run(["sh", "-c", "echo one; echo two >&2; printf three; exit 3"]) {
            told.append($0)
        }
        #expect(outcome.text == "one\ntwo\nthree")
        #expect(told == ["one", "two"])
        #expect(outcome.status == 3)
    }

    @Test("Errors are left out where they are not wanted; there is no input")
    func outputAlone() throws {
        let outcome = try ToolProcess.run(["sh", "-c", "cat; echo out; echo err >&2"], keepsErrors: false)
        #expect(outcome.text == "out\n")
    }

    @Test("A program that is not there is a status of 127; what cannot be started is an error")
    func missing() throws {
        #expect(try ToolProcess.run(["no-such-program"]).status == 127)
        #expect(throws: ChildStart.Refusal.self) {
            try ToolProcess.run(["true"], at: URL(filePath: "/no/such/folder"))
        }
    }

    @Test("An excerpt is the errors that are named, else the last lines")
    func excerpt() throws {
        let named = try ToolProcess.run(["printf", "a\\nx.swift:1: error: wrong\\nb\\n"])
        #expect(named.excerpt == "x.swift:1: error: wrong")
        let plain = try ToolProcess.run(["seq", "12"])
        #expect(plain.excerpt == (5...12).map(String.init).joined(separator: "\n  "))
    }
}

import Testing
import Tributary

/// The pause that an upstream asks for (RFC 9110, section 10.2.3).
@Suite struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the moment of the specification's example.
    private static let example: Int64 = 784_111_777_000_000

    @Test(
        "seconds and dates are understood, and nothing else is",
        arguments: [
            ("120", Duration.seconds(120)), (" 1.5 ", .milliseconds(1_500)), ("0", .zero),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sun, 06 Nov 1994 08:48:00 GMT", .zero),
            ("-5", nil), ("soon", nil), ("", nil), ("99999999999999999999", nil),
            ("Sun, 31 Feb 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil),
        ])
    func reads(_ text: String, _ pause: Duration?) {
        let headers = HTTPHeaders([("retry-after", text)])
        #expect(headers.retryAfter(now: Self.example - 37_000_000) == pause)
    }

    @Test("an answer that asks for no pause has none")
    func absent() {
        #expect(HTTPHeaders().retryAfter(now: 0) == nil)
    }
}

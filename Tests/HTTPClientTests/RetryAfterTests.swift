import EventLoop
import Testing

@testable import HTTPClient

/// What servers write into `retry-after`.
@Suite struct RetryAfterTests {
    private let now = 784_111_777  // Sun, 06 Nov 1994 08:49:37 GMT

    /// Seconds, and dates in the three forms of RFC 9110, 5.6.7.
    @Test(arguments: [
        ("0", 0), ("7", 7), ("007", 7), ("86401", 86_400), ("99999999999999999999999", 86_400),
        ("Sun, 06 Nov 1994 08:49:40 GMT", 3), ("Sunday, 06-Nov-94 08:49:40 GMT", 86_400),
        ("Sun Nov  6 08:49:40 1994", 3),
        ("Sun, 06 Nov 1994 08:49:30 GMT", 0), ("Fri, 31 Dec 1999 23:59:59 GMT", 86_400),
    ])
    func readable(_ text: String, _ seconds: Int) {
        #expect(RetryAfter.delay(text, now: now) == .seconds(seconds))
    }

    /// Anything else says nothing.
    @Test(arguments: [
        "", "-1", "+1", "1.5", "soon", "1 s", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:40 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:40 GMT, 3", "٣",
    ])
    func unreadable(_ text: String) {
        #expect(RetryAfter.delay(text, now: now) == nil)
    }

    /// A date counts from the answer's own clock.
    @Test func otherClock() {
        let fields = [
            (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT"),
            (name: "retry-after", value: "Sun, 06 Nov 1994 08:50:07 GMT"),
        ]
        let response = HTTPResponse(status: 503, fields: fields, url: "", body: Buffer(), bodyLengthBytes: 0)
        #expect(response.retryAfter == .seconds(30))
    }
}

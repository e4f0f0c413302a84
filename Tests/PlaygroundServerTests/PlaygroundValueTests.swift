import HTTPServer
import Testing

@testable import PlaygroundServer

/// What the playground reads and writes: arguments, paths, targets, fields, and events.
@Suite struct PlaygroundValueTests {
    // MARK: - Arguments

    @Test func argumentsAreRead() throws {
        #expect(try PlaygroundOptions([String]()).target == "http://localhost:8393")
        let options = try PlaygroundOptions([
            "--port", "9000", "--host", "0.0.0.0", "--target", "https://example.com/a/", "--webhook-host", "::1",
        ])
        #expect((options.host, options.port, options.target) == ("0.0.0.0", 9000, "https://example.com/a"))
        #expect(options.webhookBase(port: 9000) == "http://[::1]:9000")
    }

    @Test(arguments: [
        (["--port", "70000"], PlaygroundOptionsError.invalidPort("70000")), (["--port"], .missingValue("--port")),
        (["--what", "1"], .unknown("--what")), (["--target", "http://a:b@c"], .invalidTarget(.hasCredentials)),
        (["--target", "http://c/?x"], .invalidTarget(.hasQuery)),
        (["--target", "http://c/#x"], .invalidTarget(.hasQuery)),
        (["--target", "file:///x"], .invalidTarget(.noURL("its scheme is neither http nor https"))),
    ])
    func argumentsAreRefused(arguments: [String], error: PlaygroundOptionsError) {
        #expect(throws: error) { try PlaygroundOptions(arguments) }
    }

    // MARK: - Paths

    @Test func routes() {
        #expect(PlaygroundRoute(path: "/") == .page)
        #expect(PlaygroundRoute(path: "/config") == .config)
        #expect(PlaygroundRoute(path: "/proxy/") == .proxy(path: ""))
        #expect(PlaygroundRoute(path: "/proxy/predictions/a%2Fb") == .proxy(path: "predictions/a%2Fb"))
        #expect(PlaygroundRoute(path: "/webhook/a-1") == .webhook(token: "a-1"))
        for path in ["/webhook/", "/webhook/a/b", "/webhook/a%2Fb", "/webhook/" + String(repeating: "a", count: 129)] {
            #expect(PlaygroundRoute(path: path) == .webhook(token: nil), "\(path)")
        }
        for path in ["/proxy", "/webhook", "/events/", "//", "/predictions"] {
            #expect(PlaygroundRoute(path: path) == .none, "\(path)")
        }
        #expect(PlaygroundRoute.token(query: "a=1&token=x") == "x")
        for query in [nil, "", "token=", "token=a&token=b", "token=a/b"] {
            #expect(PlaygroundRoute.token(query: query) == nil)
        }
    }

    @Test func addressesBelowTheTarget() throws {
        let target = try ProxyTarget("HTTP://Localhost:5000/models/a/")
        let below = target.address(of: "predictions/a%2Fb", query: nil)
        #expect(below == "http://localhost:5000/models/a/predictions/a%2Fb")
        #expect(try ProxyTarget("https://h").address(of: "", query: "raw=1") == "https://h/?raw=1")
    }

    // MARK: - Fields

    @Test func fieldsOfTheBrowserStayHere() {
        let sent = ProxyFields.request([
            ("Host", "localhost"), ("Cookie", "a"), ("Authorization", "b"), ("Origin", "c"), ("Referer", "d"),
            ("X-Cog-Target", "e"), ("Sec-Fetch-Site", "f"), ("Content-Length", "1"), ("Accept", "g"), ("Prefer", "h"),
        ])
        #expect(sent.map(\.name) == ["Accept", "Prefer"])
    }

    @Test func fieldsOfTheTargetThatComeBack() {
        let fields = ProxyFields.response([
            ("content-type", "text/html"), ("set-cookie", "a=b"), ("location", "http://evil.example"),
            ("clear-site-data", "*"), ("x-own", "é"),
        ])
        #expect(fields.map(\.name.description) == ["content-type", "cache-control", "x-cog-upstream-headers"])
        // {"content-type":"text/html","location":"http://evil.example","x-own":"é"}
        #expect(
            fields[2].value
                == "eyJjb250ZW50LXR5cGUiOiJ0ZXh0L2h0bWwiLCJsb2NhdGlvbiI6Imh0dHA6Ly9ldmlsLmV4YW1wbGUiLCJ4LW93biI6IsOpIn0"
        )
    }

    @Test func manyFieldsAreCut() {
        let fields = (0..<100).map { (name: "x-\($0)", value: String(repeating: "a", count: 1000)) }
        let text = ProxyFields.upstream(fields)
        #expect(text.utf8.count <= ProxyFields.upstreamLimitBytes)
        #expect(text.utf8.count > ProxyFields.upstreamLimitBytes - 2000)
    }

    // MARK: - Webhooks

    @Test func bodyBecomesOneEvent() {
        func event(_ text: String) -> String { String(decoding: WebhookSink.event(Array(text.utf8)), as: UTF8.self) }
        #expect(event("{}") == "data: {}\n\n")
        #expect(event("{\n}\r\n\rx") == "data: {\ndata: }\ndata: \ndata: x\n\n")
    }

    @Test func webhooksThatAreRefused() {
        func status(isHeard: Bool = true, inFlight: Int = 0, length: Int = 0, waiting: Int = 0) -> Int? {
            WebhookSink.refusal(isHeard: isHeard, inFlight: inFlight, lengthBytes: length, waitingBytes: waiting)?
                .status
        }
        #expect(status() == nil)
        #expect(status(isHeard: false) == 503)
        #expect(status(inFlight: WebhookSink.inFlightLimit - 1) == nil)
        #expect(status(inFlight: WebhookSink.inFlightLimit) == 429)
        #expect(status(length: WebhookSink.bodyLimitBytes) == nil)
        #expect(status(length: WebhookSink.bodyLimitBytes + 1) == 413)
        #expect(status(waiting: WebhookSink.waitingLimitBytes + 1) == 503)
    }
}

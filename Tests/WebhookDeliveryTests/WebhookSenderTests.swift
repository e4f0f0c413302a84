import EventLoop
import HTTPClient
import LoopbackServer
import Testing

@testable import WebhookDelivery

@Suite(.serialized) struct WebhookSenderTests {
    /// What is sent: method, fields, body; and nothing else of the request that made the prediction.
    @Test func request() throws {
        let test = try WebhookTest { $0.token = "secret" }
        let server = try test.server { _ in [answer()] }
        test.session(server.url + "/hook?x=1", fields: [("traceparent", "00-a-b-01")]).record(.start)
        try test.drain()
        let request = server.requests[0]
        #expect(request.method == "POST")
        #expect(request.target == "/hook?x=1")
        #expect(request.field("content-type") == "application/json")
        #expect(request.field("authorization") == "Bearer secret")
        #expect(request.field("user-agent") == "coglet/1")
        #expect(request.field("accept") == "*/*")
        #expect(request.field("traceparent") == "00-a-b-01")
        #expect(String(decoding: request.body, as: UTF8.self) == "p processing 0")
        try test.close(server)
    }

    /// In order and one after another, also when the receiver is slow; the terminal one is the last.
    @Test func orderWithSlowReceiver() throws {
        let test = try WebhookTest { $0.throttleInterval = .zero }
        let server = try test.server { _ in [.wait(.milliseconds(30)), answer()] }
        let session = test.session(server.url)
        for event in [WebhookEvent.start, .output, .output, .logs] {
            test.state += 1
            session.record(event)
        }
        session.record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(server.bodies == ["p processing 1", "p processing 4", "p terminal 4"])
        #expect(server.connectionCount == 1)
        try test.close(server)
    }

    /// Failures that may pass are tried again, with the state of that moment.
    @Test(arguments: ["429 Slow", "500 No", "502 No", "503 No", "504 No", "reset"])
    func transientFailure(_ status: String) throws {
        let test = try WebhookTest()
        var attempts = 0
        let server = try test.server { _ in
            attempts += 1
            return attempts == 3 ? [answer()] : status == "reset" ? [.reset] : [answer(status)]
        }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(attempts == 3)
        #expect(test.warnings.count == 2)
        #expect(test.warnings[0].hasPrefix("webhook of prediction p to \(server.url): attempt 1 failed: "))
        try test.close(server)
    }

    /// Others are not; their end is logged, without the query of the URL.
    @Test(arguments: ["400 Bad", "401 No", "404 No", "408 No", "425 No"])
    func finalFailure(_ status: String) throws {
        let test = try WebhookTest()
        let server = try test.server { _ in [answer(status)] }
        test.session(server.url + "/a?token=x").record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(server.requests.count == 1)
        #expect(
            test.warnings == [
                "webhook of prediction p to \(server.url)/a: attempt 1 failed: status \(status.prefix(3))",
                "webhook of prediction p to \(server.url)/a: given up after 1 attempt",
            ])
        try test.close(server)
    }

    /// After the last attempt the webhook is given up.
    @Test func attemptLimit() throws {
        let test = try WebhookTest { $0.attemptLimit = 4 }
        let server = try test.server { _ in [answer("500 No")] }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(server.requests.count == 4)
        #expect(test.warnings.last?.hasSuffix("given up after 4 attempts") == true)
        try test.close(server)
    }

    /// Redirects to GET count as delivered; 307 takes the body along.
    @Test func redirects() throws {
        let test = try WebhookTest()
        let server = try test.server { request in
            switch request.target {
            case "/303": [answer("303 See Other", ["location: /seen"])]
            case "/307": [answer("307 Temporary Redirect", ["location: /moved"])]
            default: [answer()]
            }
        }
        test.session(server.url + "/303").record(.completed)
        test.session(server.url + "/307").record(.completed)
        try test.drain()
        #expect(
            Set(server.requests.map { $0.method + $0.target }) == ["POST/303", "GET/seen", "POST/307", "POST/moved"])
        #expect(server.requests.first { $0.target == "/moved" }?.body == Array("p terminal 0".utf8))
        #expect(test.warnings.isEmpty)
        try test.close(server)
    }

    /// A URL that cannot work is logged once.
    @Test func unusableURL() throws {
        let test = try WebhookTest()
        test.session("nonsense").record(.completed)
        try test.drain()
        #expect(test.warnings.count == 2)
        #expect(test.warnings[1].hasSuffix("given up after 1 attempt"))
        try test.close()
    }

    /// A dead receiver keeps nobody else waiting, however many predictions it has.
    @Test func deadReceiverHurtsNobody() throws {
        let test = try WebhookTest { $0.requestsPerReceiver = 4 }
        let dead = try test.server { _ in [.hang] }
        let live = try test.server { _ in [answer()] }
        for _ in 0..<200 { test.session(dead.url).record(.completed) }
        for _ in 0..<50 { test.session(live.url).record(.completed) }
        try test.test.run(until: { live.requests.count == 50 && test.sender.waitingCount == 200 })
        #expect(dead.connectionCount == 4)
        #expect(test.test.client.inFlight == 4)
        try test.drain(within: .milliseconds(50))
        #expect(test.warnings.count == 200)
        #expect(test.warnings.allSatisfy { $0.hasSuffix("given up: the server is shutting down") })
        try test.close(dead, live)
    }

    /// Every terminal webhook arrives once, from a receiver that is slow, fails and resets.
    @Test func roughReceiver() throws {
        let test = try WebhookTest { $0.throttleInterval = .zero }
        var delivered: [String: Int] = [:]
        var late: [String] = []
        var count = 0
        let server = try test.server { request in
            count += 1
            if count % 7 == 0 { return [answer("500 No")] }
            if count % 11 == 0 { return [.reset] }
            let parts = String(decoding: request.body, as: UTF8.self).split(separator: " ").map(String.init)
            if parts[1] == "terminal" { delivered[parts[0], default: 0] += 1 }
            if parts[1] == "processing", delivered[parts[0]] != nil { late.append(parts[0]) }
            return count % 5 == 0 ? [.wait(.milliseconds(5)), answer()] : [answer()]
        }
        for index in 0..<300 {
            let session = test.session(server.url, id: "p\(index)")
            for event in WebhookEvent.allCases { session.record(event) }
        }
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(delivered.count == 300)
        #expect(delivered.values.allSatisfy { $0 == 1 })
        #expect(late.isEmpty)
        try test.close(server)
    }

    /// Draining tries again at once what waits, and ends as soon as nothing is left.
    @Test func drainHurries() throws {
        let test = try WebhookTest { $0.firstRetryDelay = .seconds(3_600) }
        var isUp = false
        let server = try test.server { _ in isUp ? [answer()] : [answer("503 Later")] }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.warnings.count == 1 })
        isUp = true
        try test.drain(within: .seconds(15))
        #expect(server.requests.count == 2)
        #expect(test.warnings.count == 1)
        try test.close(server)
    }

    /// A prediction that holds its session and is held by its body is let go at the end, however that comes.
    @Test(arguments: ["200 OK", "400 Bad", "hang"])
    func nothingIsRetained(_ status: String) throws {
        final class Prediction {
            var session: WebhookSession?
        }
        let test = try WebhookTest()
        let server = try test.server { _ in status == "hang" ? [.hang] : [answer(status)] }
        weak var watched: Prediction?
        do {
            let prediction = Prediction()
            prediction.session = test.sender.makeSession(url: server.url, events: [.completed], predictionID: "p") {
                _ in
                withExtendedLifetime(prediction) { Buffer([1]) }
            }
            prediction.session?.record(.completed)
            watched = prediction
        }
        #expect(watched != nil)
        try test.drain(within: .milliseconds(status == "hang" ? 50 : 10_000))
        try test.test.run(until: { test.test.client.inFlight == 0 })
        #expect(watched == nil)
        try test.close(server)
    }

    /// Past the limit the oldest that has ended is given up, and said to be.
    @Test func waitingLimit() throws {
        let test = try WebhookTest { $0.waitingLimit = 3 }
        let server = try test.server { _ in [.hang] }
        let running = test.session(server.url, id: "running")
        running.record(.start)
        for index in 0..<4 { test.session(server.url, id: "p\(index)").record(.completed) }
        #expect(test.sender.waitingCount == 3)
        #expect(test.warnings.map { $0.contains("prediction p0 ") || $0.contains("prediction p1 ") } == [true, true])
        try test.drain(within: .zero)
        try test.close(server)
    }
}

/// A sender with short times on a loop of its own.
private final class WebhookTest {
    let test: TestLoop
    private(set) var warnings: [String] = []
    private var made: WebhookSender?
    var state = 0

    var sender: WebhookSender { made! }

    init(configure: (inout WebhookConfiguration) -> Void = { _ in }) throws {
        test = try TestLoop()
        var configuration = WebhookConfiguration(version: "1")
        configuration.firstRetryDelay = .milliseconds(5)
        configure(&configuration)
        made = WebhookSender(on: test.loop, client: test.client, configuration: configuration) { [unowned self] in
            warnings.append($0)
        }
    }

    func server(_ script: @escaping (ScriptedServer.Request) -> [ScriptedServer.Step]) throws -> ScriptedServer {
        try ScriptedServer(on: test.loop, script: script)
    }

    func session(_ url: String, id: String = "p", fields: [(name: String, value: String)] = []) -> WebhookSession {
        sender.makeSession(url: url, events: Set(WebhookEvent.allCases), predictionID: id, fields: fields) {
            [unowned self] isTerminal in
            Buffer(Array("\(id) \(isTerminal ? "terminal" : "processing") \(state)".utf8))
        }
    }

    func drain(within limit: Duration = .seconds(10)) throws {
        let _: Bool = try test.value { done in sender.drain(within: limit) { done(true) } }
    }

    func close(_ servers: ScriptedServer...) throws {
        for server in servers { server.close() }
        try test.run(until: { test.client.inFlight == 0 })
        try test.close()
    }
}

extension ScriptedServer {
    /// The bodies of all requests as text.
    fileprivate var bodies: [String] {
        requests.map { String(decoding: $0.body, as: UTF8.self) }
    }
}

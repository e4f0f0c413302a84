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
    @Test(arguments: ["429 Slow", "500 No", "502 No", "503 No", "504 No", "reset", "close", "short", "301 Nowhere"])
    func transientFailure(_ status: String) throws {
        let test = try WebhookTest()
        var attempts = 0
        let server = try test.server { _ in
            attempts += 1
            if attempts % 3 == 0 { return [answer()] }
            switch status {
            case "reset": return [.reset]
            case "close": return [.close]
            case "short": return [.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort".utf8)), .close]
            default: return [answer(status)]
            }
        }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(attempts == 3)
        #expect(test.warnings.count == 2)
        #expect(test.warnings[0].hasPrefix("webhook of prediction p to \(server.url): attempt 1 failed: "))
        try test.close(server)
    }

    /// Others are not; their end is logged, with the host and without the rest of the URL.
    @Test(arguments: ["400 Bad", "401 No", "404 No", "408 No", "425 No"])
    func finalFailure(_ status: String) throws {
        let test = try WebhookTest()
        let server = try test.server { _ in [answer(status)] }
        let url = server.url.replacing("http://", with: "http://user:word@")
        test.session(url + "/a?token=x").record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(server.requests.count == 1)
        #expect(
            test.warnings == [
                "webhook of prediction p to \(server.url): given up after 1 attempt: status \(status.prefix(3))"
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
        #expect(test.warnings.count == 4)
        #expect(test.warnings.last?.hasSuffix(": given up after 4 attempts: status 500") == true)
        try test.close(server)
    }

    /// Every redirect is followed with the body, even several in a row.
    @Test func redirects() throws {
        let test = try WebhookTest()
        let server = try test.server { request in
            guard let status = Int(request.target.dropFirst()) else { return [answer()] }
            return [answer("\(status) Moved", ["location: \(status == 301 ? "/307" : "/moved")"])]
        }
        for status in [301, 302, 303, 307, 308] { test.session("\(server.url)/\(status)").record(.completed) }
        try test.drain()
        #expect(server.requests.count { $0.target == "/moved" } == 5)
        #expect(server.requests.allSatisfy { $0.method == "POST" && $0.body == Array("p terminal 0".utf8) })
        #expect(test.warnings.isEmpty)
        try test.close(server)
    }

    /// A loop ends, and is tried again; a way out of http is not. The log doesn't show where they led.
    @Test func redirectsThatLeadNowhere() throws {
        let test = try WebhookTest { $0.attemptLimit = 2 }
        let server = try test.server { request in
            [answer("302 Found", ["location: \(request.target == "/ftp" ? "ftp://127.0.0.1:1/secret" : "/secret")"])]
        }
        for path in ["/loop", "/ftp"] {
            test.session(server.url + path).record(.completed)
            try test.test.run(until: { test.sender.waitingCount == 0 })
        }
        #expect(server.requests.count == 2 * (1 + 10) + 1)
        let loop = "more than 10 redirects for url: \(server.url)"
        let way = "redirected to something other than a usable http or https URL for url: \(server.url)"
        #expect(
            test.warnings.map { $0.replacing("webhook of prediction p to \(server.url): ", with: "") } == [
                "attempt 1 failed: \(loop)", "given up after 2 attempts: \(loop)", "given up after 1 attempt: \(way)",
            ])
        try test.close(server)
    }

    /// Any 2xx is a delivery, an interim answer before it is not.
    @Test(arguments: ["201 Created", "202 Accepted", "204 No Content", "206 Partial Content"])
    func success(_ status: String) throws {
        let test = try WebhookTest()
        let early = "HTTP/1.1 103 Early Hints\r\nretry-after: 1\r\n\r\n"
        let server = try test.server { _ in [.send(Array((early + "HTTP/1.1 \(status)\r\n\r\n").utf8)), .close] }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(server.requests.count == 1)
        #expect(test.warnings.isEmpty)
        try test.close(server)
    }

    /// A receiver's wish to wait is honored, until the server ends.
    @Test func retryAfterEndsWithTheServer() throws {
        let test = try WebhookTest()
        let server = try test.server { [unowned test] _ in
            [test.warnings.isEmpty ? answer("503 Later", ["retry-after: 3600"]) : answer()]
        }
        test.session(server.url).record(.completed)
        try test.test.run(until: { test.warnings.count == 1 })
        var isOver = false
        let pause = try Timer(on: test.test.loop) { isOver = true }
        pause.start(after: .milliseconds(100))  // twenty times the usual wait
        try test.test.run(until: { isOver })
        pause.close()
        #expect(server.requests.count == 1)
        try test.drain()
        #expect(server.requests.count == 2)
        #expect(test.warnings.count == 1)
        try test.close(server)
    }

    /// A URL that cannot work is logged once.
    @Test func unusableURL() throws {
        let test = try WebhookTest()
        test.session("nonsense/path?token=x").record(.completed)
        try test.drain()
        #expect(
            test.warnings == [
                "webhook of prediction p to (unusable URL): given up after 1 attempt: "
                    + "invalid URL: it doesn't begin with http:// or https://"
            ])
        try test.close()
    }

    /// A dead receiver delays nobody else, however many predictions it has.
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
        #expect(test.warnings.count { $0.hasSuffix("given up: the server is shutting down") } == 200)
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

    /// Draining immediately retries what waits, and ends as soon as nothing is left.
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

    /// An attempt that hangs when draining begins, for any webhook, leaves time for another one.
    @Test(arguments: [WebhookEvent.start, .completed])
    func drainCutsHangingAttemptsShort(_ first: WebhookEvent) throws {
        let test = try WebhookTest { $0.firstRetryDelay = .milliseconds(1) }
        var count = 0
        let server = try test.server { _ in
            count += 1
            return count == 1 ? [.hang] : [answer()]
        }
        let session = test.session(server.url)
        session.record(first)
        try test.test.run(until: { server.requests.count == 1 })
        session.record(.completed)
        try test.drain(within: .seconds(4))
        #expect(server.bodies.last == "p terminal 0")
        #expect(server.requests.count == 2)
        #expect(!test.warnings.contains { $0.contains("given up") })
        try test.close(server)
    }

    /// So does an attempt that begins while draining.
    @Test func drainLimitsEachAttempt() throws {
        let test = try WebhookTest { $0.firstRetryDelay = .milliseconds(1) }
        var answers = [[answer("503 Later")], [.hang], [answer()]]
        let server = try test.server { _ in answers.removeFirst() }
        test.session(server.url).record(.completed)
        try test.drain(within: .seconds(4))
        #expect(server.requests.count == 3)
        #expect(!test.warnings.contains { $0.contains("given up") })
        try test.close(server)
    }

    /// A session and a prediction that refer to each other are released at the end, whatever kind of end it is.
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
                withExtendedLifetime(prediction) { [.bytes([1])] }
            }
            prediction.session?.record(.completed)
            watched = prediction
        }
        try test.drain(within: .milliseconds(status == "hang" ? 50 : 10_000))
        try test.test.run(until: { test.test.client.inFlight == 0 })
        #expect(watched == nil)
        try test.close(server)
    }

    /// Beyond the limit, the oldest ended one is given up, and the log says so.
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

    /// Hosts that accept connections and say nothing take a part of the connections only.
    @Test func silentHosts() throws {
        let test = try WebhookTest {
            $0.requestLimit = 8
            $0.unprovenRequestLimit = 4
        }
        let silent = try (0..<20).map { _ in try test.server { _ in [.hang] } }
        let live = try test.server { _ in [answer()] }
        test.session(live.url).record(.completed)
        try test.test.run(until: { live.requests.count == 1 && test.sender.waitingCount == 0 })
        for server in silent { test.session(server.url).record(.completed) }
        for _ in 0..<50 { test.session(live.url).record(.completed) }
        try test.test.run(until: { live.requests.count == 51 && test.sender.waitingCount == 20 })
        #expect(test.test.client.inFlight == 4)
        try test.drain(within: .zero)
        for server in silent { server.close() }
        try test.close(live)
    }

    /// What webhooks hold is counted until they are delivered or given up.
    @Test func memoryIsGivenBack() throws {
        let memory = MemoryAccount(limitBytes: 1_000_000)
        let test = try WebhookTest(memory: memory)
        let server = try test.server { _ in [answer()] }
        let session = test.session(server.url)
        session.record(.output)
        #expect(memory.state.webhookBytes == "p processing 0".utf8.count)
        session.record(.completed)
        #expect(memory.state.webhookBytes == "p processing 0p terminal 0".utf8.count)
        try test.test.run(until: { test.sender.waitingCount == 0 })
        #expect(memory.state.webhookBytes == 0)
        try test.close(server)
    }

    /// When memory is short, updates go first, then what was refused, the oldest first; what is sent for the first time stays.
    @Test func memoryIsShort() throws {
        let memory = MemoryAccount(limitBytes: 100)
        let test = try WebhookTest(memory: memory) { $0.firstRetryDelay = .seconds(3_600) }
        let refusing = try test.server { _ in [answer("503 Later")] }
        let silent = try test.server { _ in [.hang] }
        for name in ["r1", "r2"] { test.session(refusing.url, id: name).record(.completed) }
        try test.test.run(until: { test.warnings.count == 2 })
        let running = test.session(silent.url, id: "u")
        running.record(.output)
        #expect(memory.state.webhookBytes == "r1 terminal 0r2 terminal 0u processing 0".utf8.count)

        test.session(silent.url, id: "t1").record(.completed)
        #expect(test.warnings.count == 3)
        #expect(test.warnings[2].contains("prediction u ") && test.warnings[2].contains("an update was dropped"))
        test.session(silent.url, id: "t2").record(.completed)
        #expect(test.warnings.count == 4)
        #expect(test.warnings[3].contains("prediction r1 ") && test.warnings[3].contains("given up"))

        // The update's prediction still has its terminal webhook.
        running.record(.completed)
        #expect(test.warnings.count == 5)
        #expect(test.warnings[4].contains("prediction r2 "))
        #expect(test.sender.waitingCount == 3)
        try test.drain(within: .zero)
        #expect(memory.state.webhookBytes == 0)
        try test.close(refusing, silent)
    }
}

/// A sender with short times on its own loop.
private final class WebhookTest {
    let test: TestLoop
    private(set) var warnings: [String] = []
    private var made: WebhookSender?
    var state = 0

    var sender: WebhookSender { made! }

    init(memory: MemoryAccount? = nil, configure: (inout WebhookConfiguration) -> Void = { _ in }) throws {
        test = try TestLoop()
        var configuration = WebhookConfiguration(version: "1")
        configuration.firstRetryDelay = .milliseconds(5)
        configure(&configuration)
        made = WebhookSender(
            on: test.loop, client: test.client, configuration: configuration, memory: memory
        ) { [unowned self] in
            warnings.append($0)
        }
    }

    func server(_ script: @escaping (ScriptedServer.Request) -> [ScriptedServer.Step]) throws -> ScriptedServer {
        try ScriptedServer(on: test.loop, script: script)
    }

    func session(_ url: String, id: String = "p", fields: [(name: String, value: String)] = []) -> WebhookSession {
        sender.makeSession(url: url, events: Set(WebhookEvent.allCases), predictionID: id, fields: fields) {
            [unowned self] isTerminal in
            // In two pieces, as long texts come.
            [.bytes(Array("\(id) ".utf8)), .bytes(Array("\(isTerminal ? "terminal" : "processing") \(state)".utf8))]
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

import EventLoop
import HTTPServer
import Testing

@Suite struct ClientGoneTests {
    /// A client that has finished sending gets its answer, on the spot or later.
    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"])
    func halfClosedClientIsAnswered(version: String) throws {
        try TestServer.run { test in
            let quick = try test.connect()
            try quick.send("GET /a \(version)\r\nHost: h\r\n\r\n")
            quick.finishSending()
            #expect(try quick.answer().body == "GET /a ")
            try quick.expectEnd()

            test.handler.keepExchanges()
            var isGone = false
            let late = try test.connect()
            try late.send("POST /b \(version)\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
            late.finishSending()
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.handler.exchanges[0].onClientGone = { isGone = true }
            test.run(for: .milliseconds(300))
            #expect(!isGone)
            // The probe: the beginning of any answer.
            late.receive()
            #expect(late.text == "\(version) ")
            test.handler.exchanges.removeFirst().respond(.plainText("late", status: 200))
            let answer = try late.answer()
            #expect(answer.version == version)
            #expect(answer.status == 200)
            #expect(answer.body == "late")
            #expect(answer["connection"] == "close")
            try late.expectEnd()
        }
    }

    /// All the requests of a client that has finished sending are answered, the last one with `connection: close`.
    @Test func halfClosedClientIsAnsweredCompletely() throws {
        try TestServer.run { test in
            test.handler.keepExchanges()
            let client = try test.connect()
            try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            client.finishSending()
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.run(for: .milliseconds(20))
            test.handler.exchanges.removeFirst().respond(.empty(201))
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.run(for: .milliseconds(50))
            test.handler.exchanges.removeFirst().respond(.empty(202))
            let first = try client.answer()
            #expect(first.status == 201)
            #expect(first["connection"] == nil)
            let second = try client.answer()
            #expect(second.status == 202)
            #expect(second["connection"] == "close")
            try client.expectEnd()
        }
    }

    /// A client that closes its socket is noticed while its request runs.
    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"])
    func closedClientIsNoticed(version: String) throws {
        try TestServer.run { test in
            test.handler.keepExchanges()
            var gone = 0
            let client = try test.connect()
            try client.send("GET / \(version)\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.exchanges.count == 1 })
            let exchange = test.handler.exchanges.removeFirst()
            exchange.onClientGone = { gone += 1 }
            client.close()
            let start = ContinuousClock.now
            try test.run(until: { gone == 1 })
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(exchange.isClientGone)
            #expect(test.server.connectionCount == 0)
            #expect(test.server.runningExchanges == 0)
            // Of no use, and harmless.
            exchange.respond(.empty(200))
        }
    }

    /// A reset is noticed immediately.
    @Test func resetIsNoticed() throws {
        try TestServer.run { test in
            test.handler.keepExchanges()
            var isGone = false
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.handler.exchanges[0].onClientGone = { isGone = true }
            client.reset()
            try test.run(until: { isGone }, within: .milliseconds(500))
        }
    }

    /// A client that is gone is also noticed when so much of it waits that nothing is read.
    @Test func resetIsNoticedBehindWaitingRequests() throws {
        var configuration = HTTPConfiguration()
        configuration.pipelineLimitBytes = 100
        try TestServer.run(configuration) { test in
            test.handler.keepExchanges()
            var isGone = false
            let client = try test.connect()
            try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: h\r\n\r\n", count: 100))
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.handler.exchanges[0].onClientGone = { isGone = true }
            test.run(for: .milliseconds(20))
            client.reset()
            try test.run(until: { isGone })
        }
    }

    /// A stream's client that closes is noticed by its reset; one that has finished sending gets the stream.
    @Test func streamsClientIsNoticed() throws {
        try TestServer.run { test in
            var stream: ResponseStream?
            var isGone = false
            test.handler.onRequest = { _, exchange in
                stream = exchange.startStream(contentType: "text/event-stream")
                stream?.onClientGone = { isGone = true }
                stream?.write(Array("first".utf8))
            }
            let patient = try test.connect()
            try patient.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            patient.finishSending()
            try test.run(until: { stream != nil })
            test.run(for: .milliseconds(100))
            #expect(!isGone)
            stream?.write(Array(" second".utf8))
            stream?.finish()
            #expect(try patient.answer().body == "first second")
            try patient.expectEnd()

            stream = nil
            let gone = try test.connect()
            try gone.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                gone.receive()
                return gone.text.contains("first")
            })
            gone.close()
            test.run(for: .milliseconds(20))
            stream?.write(Array("second".utf8))
            try test.run(until: { isGone })
            #expect(stream?.isClientGone == true)
            stream?.write(Array("third".utf8))
            stream?.finish()
        }
    }

    /// A client that closes between requests, or in the middle of one, just goes.
    @Test(arguments: ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"])
    func goneWithoutARequest(start: String) throws {
        try TestServer.run { test in
            let client = try test.connect()
            try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
            try client.send(start)
            test.run(for: .milliseconds(5))
            client.close()
            try test.run(until: { test.server.connectionCount == 0 })
        }
    }
}

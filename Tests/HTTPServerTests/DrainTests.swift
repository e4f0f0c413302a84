import EventLoop
import HTTPServer
import Testing

@Suite struct DrainTests {
    /// An idle server is drained immediately.
    @Test func idleServer() throws {
        try TestServer.run { test in
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
            var drained = 0
            test.server.onDrained = { drained += 1 }
            test.server.drain()
            #expect(drained == 1)
            test.server.drain()
            #expect(drained == 1)
            try client.expectEnd()
            // Nobody listens any more.
            #expect(throws: ConnectFailure.self) { try test.connect() }
        }
    }

    /// Before the port closes, each answer ends its connection, and new ones are served.
    @Test func connectionsEndBeforeThePortCloses() throws {
        try TestServer.run { test in
            let idle = try test.connect()
            try idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try idle.answer()["connection"] == nil)
            test.server.endConnections()
            for client in [idle, try test.connect()] {
                try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                try client.expectEnd()
            }
        }
    }

    /// Running requests finish, with `connection: close`; what was pipelined behind them is not served.
    @Test func runningRequestsFinish() throws {
        try TestServer.run { test in
            test.handler.keepExchanges()
            let client = try test.connect()
            try client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.exchanges.count == 1 })
            var isDrained = false
            test.server.onDrained = { isDrained = true }
            test.server.drain()
            test.run(for: .milliseconds(50))
            #expect(!isDrained)
            test.handler.exchanges.removeFirst().respond(.empty(200))
            let answer = try client.answer()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            try client.expectEnd()
            client.close()
            try test.run(until: { isDrained })
            #expect(test.handler.exchanges.isEmpty)
        }
    }

    /// Running streams finish, although their head had promised that the connection lives on.
    @Test func runningStreamsFinish() throws {
        try TestServer.run { test in
            var stream: ResponseStream?
            test.handler.onRequest = { _, exchange in stream = exchange.startStream() }
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { stream != nil })
            var isDrained = false
            test.server.onDrained = { isDrained = true }
            test.server.drain()
            stream?.write(Array("end".utf8))
            test.run(for: .milliseconds(20))
            #expect(!isDrained)
            stream?.finish()
            #expect(try client.answer().body == "end")
            try client.expectEnd()
            try test.run(until: { isDrained })
        }
    }

    /// Requests that were sent in part get a moment, and do not hold the exit.
    @Test func partialRequestsDoNotHoldTheExit() throws {
        var configuration = HTTPConfiguration()
        configuration.drainTimeout = .seconds(1)
        try TestServer.run(configuration) { test in
            let stuck = try test.connect()
            try stuck.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
            let silent = try test.connect()
            try silent.send("GET / H")
            let quick = try test.connect()
            try quick.send("POST /q HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab")
            test.run(for: .milliseconds(20))
            var isDrained = false
            test.server.onDrained = { isDrained = true }
            test.server.drain()
            test.run(for: .milliseconds(20))
            try quick.send("cd")
            let answer = try quick.answer()
            #expect(answer.body == "POST /q abcd")
            #expect(answer["connection"] == "close")
            try quick.expectEnd()
            try test.run(until: { isDrained }, within: .seconds(10))
        }
    }

    /// An answer that is still being sent is sent to its end.
    @Test func pendingAnswersAreSent() throws {
        let body = Buffer([UInt8](repeating: UInt8(ascii: "x"), count: 20_000_000))
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.json(body)) }
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            test.run(for: .milliseconds(20))
            var isDrained = false
            test.server.onDrained = { isDrained = true }
            test.server.drain()
            #expect(!isDrained)
            #expect(try client.answer().body.utf8.count == 20_000_000)
            try client.expectEnd()
            try test.run(until: { isDrained })
        }
    }

    /// close() ends everything immediately and notifies running exchanges.
    @Test func closeEndsEverything() throws {
        try TestServer.run { test in
            test.handler.keepExchanges()
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.exchanges.count == 1 })
            var isGone = false
            test.handler.exchanges[0].onClientGone = { isGone = true }
            test.server.close()
            #expect(isGone)
            #expect(test.server.connectionCount == 0)
        }
    }
}

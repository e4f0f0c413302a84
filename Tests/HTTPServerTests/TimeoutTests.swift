import EventLoop
import Glibc
import HTTPServer
import Testing

@Suite struct TimeoutTests {
    /// A configuration without timeouts, to set one.
    private func patient(_ change: (inout HTTPConfiguration) -> Void) -> HTTPConfiguration {
        var configuration = HTTPConfiguration()
        configuration.headTimeout = nil
        configuration.bodyTimeout = nil
        configuration.idleTimeout = nil
        configuration.writeTimeout = nil
        change(&configuration)
        return configuration
    }

    /// A client that connects and sends nothing is closed without a word.
    @Test func silentClientIsClosedSilently() throws {
        try TestServer.run(patient { $0.headTimeout = .milliseconds(50) }) { test in
            let client = try test.connect()
            try client.expectEnd()
        }
    }

    /// A head that does not get complete in time is answered 408; more bytes do not put it off.
    @Test func headTimeout() throws {
        try TestServer.run(patient { $0.headTimeout = .milliseconds(80) }) { test in
            let client = try test.connect()
            let start = ContinuousClock.now
            for byte in "GET / HTTP/1.1\r\nHost: h\r\nA: bbbbbbbbbbbbbbbbbbb" {
                guard (try? client.send(String(byte))) != nil else { break }
                test.run(for: .milliseconds(10))
            }
            let answer = try client.answer()
            #expect(answer.status == 408)
            #expect(answer.body == "The head of the request was not complete within 0.08 s.")
            #expect(answer["connection"] == "close")
            #expect(ContinuousClock.now - start >= .milliseconds(80))
            try client.expectEnd()
        }
    }

    /// The time of a later head begins with its first byte, not with the connection.
    @Test func headTimeoutOfALaterRequest() throws {
        try TestServer.run(patient { $0.headTimeout = .milliseconds(60) }) { test in
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
            test.run(for: .milliseconds(150))
            try client.send("GET / HT")
            test.run(for: .milliseconds(20))
            try client.send("TP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
            try client.send("GET / HT")
            #expect(try client.answer().status == 408)
            try client.expectEnd()
        }
    }

    /// A body may be slow, but must keep arriving.
    @Test func bodyTimeout() throws {
        try TestServer.run(patient { $0.bodyTimeout = .milliseconds(80) }) { test in
            let slow = try test.connect()
            try slow.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
            for _ in 0..<10 {
                test.run(for: .milliseconds(20))
                try slow.send("x")
            }
            #expect(try slow.answer().body == "POST /a xxxxxxxxxx")
            for head in ["Content-Length: 10\r\n\r\nxx", "Transfer-Encoding: chunked\r\n\r\n5\r\nxx"] {
                let stuck = try test.connect()
                try stuck.send("POST /b HTTP/1.1\r\nHost: h\r\n" + head)
                let answer = try stuck.answer()
                #expect(answer.status == 408)
                #expect(answer.body == "Nothing of the body of the request arrived for 0.08 s.")
                #expect(answer["connection"] == "close")
                try stuck.expectEnd()
            }
        }
    }

    /// A body must not be slow on purpose, in whatever form; the response says so. A refused one already has its
    /// response.
    @Test func minimumRateOfABody() throws {
        let minimum = MinimumRate(bytesPerSecond: 1_000, over: .milliseconds(200))
        try TestServer.run(patient { $0.minimumRate = minimum }) { test in
            let steady = try test.connect()
            try steady.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n")
            let fields = [
                ("Content-Length: 100000", "x"), ("Transfer-Encoding: chunked", "1\r\nx\r\n"),
                ("Content-Length: 100000\r\nRefuse: 1", "x"),
            ]
            test.handler.onHead = { $0.field("refuse") == nil ? .accept() : .refuse(.empty(415)) }
            let slow = try fields.map { head, _ in
                let client = try test.connect()
                try client.send("POST /b HTTP/1.1\r\nHost: h\r\n\(head)\r\n\r\n")
                return client
            }
            #expect(try slow[2].answer().status == 415)
            for _ in 0..<40 {
                test.run(for: .milliseconds(10))
                for (client, (_, piece)) in zip(slow, fields) { try? client.send(piece) }
                try steady.send(String(repeating: "x", count: 250))
            }
            #expect(try steady.answer().status == 200)
            for client in slow[..<2] {
                let answer = try client.answer()
                #expect(answer.status == 408)
                #expect(
                    answer.body
                        == "The body of the request arrived too slowly: less than 1000 bytes/s over 0.2 s.")
            }
            for client in slow { try client.expectEnd() }
        }
    }

    /// Silence is for the other timeouts, however long it is.
    @Test func silentBodyHasItsMinimumRate() throws {
        let minimum = MinimumRate(bytesPerSecond: 1_000, over: .milliseconds(50))
        try TestServer.run(patient { $0.minimumRate = minimum }) { test in
            let client = try test.connect()
            try client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n")
            test.run(for: .milliseconds(150))
            try client.send("x")
            test.run(for: .milliseconds(150))
            try client.send(String(repeating: "x", count: 99))
            #expect(try client.answer().status == 200)
        }
    }

    /// A client that takes its answer byte by byte is thrown away.
    @Test func minimumRateOfAnAnswer() throws {
        let body = Buffer([UInt8](repeating: 0, count: 20_000_000))
        let minimum = MinimumRate(bytesPerSecond: 100_000_000, over: .milliseconds(200))
        try TestServer.run(patient { $0.minimumRate = minimum }) { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.json(body)) }
            let slow = try test.connect()
            try slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                usleep(5_000)
                slow.receive(atMost: 30_000)
                return slow.failure == ECONNRESET
            })
            #expect(test.server.connectionCount == 0)
        }
    }

    /// A connection that was served is closed without a word when nothing comes.
    @Test func idleTimeout() throws {
        try TestServer.run(patient { $0.idleTimeout = .milliseconds(50) }) { test in
            let client = try test.connect()
            test.run(for: .milliseconds(100))
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
            let start = ContinuousClock.now
            try client.expectEnd()
            #expect(ContinuousClock.now - start >= .milliseconds(40))
        }
    }

    /// There is no limit to how long an answer may take.
    @Test func runningRequestsHaveNoTimeout() throws {
        let configuration = patient {
            $0.headTimeout = .milliseconds(20)
            $0.bodyTimeout = .milliseconds(20)
            $0.idleTimeout = .milliseconds(20)
            $0.writeTimeout = .milliseconds(20)
        }
        try TestServer.run(configuration) { test in
            test.handler.keepExchanges()
            let client = try test.connect()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
            test.run(for: .milliseconds(150))
            try #require(test.handler.exchanges.count == 1)
            test.handler.exchanges.removeFirst().respond(.empty(200))
            #expect(try client.answer().status == 200)
        }
    }

    /// Without timeouts nothing happens to slow clients.
    @Test func timeoutsCanBeOff() throws {
        try TestServer.run(patient { _ in }) { test in
            let fresh = try test.connect()
            let partial = try test.connect()
            try partial.send("GET / HT")
            test.run(for: .milliseconds(700))
            for client in [fresh, partial] {
                client.receive()
                #expect(!client.hasEnded && client.received.isEmpty)
            }
        }
    }

    /// A client that accepts nothing of its response is given up; a slow one isn't.
    @Test func writeTimeout() throws {
        let body = Buffer([UInt8](repeating: 0, count: 20_000_000))
        try TestServer.run(patient { $0.writeTimeout = .milliseconds(200) }) { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.json(body)) }
            let slow = try test.connect()
            try slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            for _ in 0..<20 {
                test.run(for: .milliseconds(20))
                slow.receive(atMost: 300_000)
            }
            #expect(test.server.connectionCount == 1)
            let stuck = try test.connect()
            try stuck.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                slow.receive(atMost: 300_000)
                return test.server.connectionCount == 1
            })
            #expect(slow.failure == 0)
            #expect(!slow.hasEnded)
        }
    }
}

import EventLoop
import HTTPServer
import Testing

@Suite struct ResponseStreamTests {
    /// A stream is chunked, and the connection lives on.
    @Test func chunkedStream() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                let stream = exchange.startStream(
                    contentType: "text/event-stream", fields: [.init("cache-control", "no-cache")])
                stream.write(Array("event: a\n\n".utf8))
                stream.write(.segments([.fixed("event: "), .bytes(Array("b".utf8)), .fixed("\n\n")]))
                stream.write([])
                stream.finish()
            }
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                client.receive()
                return client.text.hasSuffix("0\r\n\r\n")
            })
            #expect(client.text.hasSuffix("\r\n\r\na\r\nevent: a\n\n\r\na\r\nevent: b\n\n\r\n0\r\n\r\n"))
            let answer = try client.answer()
            let names = ["content-type", "cache-control", "transfer-encoding", "date"]
            #expect(answer.fields.map(\.name) == names)
            #expect(answer.body == "event: a\n\nevent: b\n\n")
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 200)
        }
    }

    /// What is written later arrives before the stream ends.
    @Test func writesArriveAtOnce() throws {
        try TestServer.run { test in
            var stream: ResponseStream?
            test.handler.onRequest = { _, exchange in stream = exchange.startStream() }
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            // The head is sent although there is no data yet.
            try test.run(until: {
                client.receive()
                return client.text.hasSuffix("\r\n\r\n")
            })
            for text in ["one", "two"] {
                stream?.write(Array(text.utf8))
                try test.run(until: {
                    client.receive()
                    return client.text.hasSuffix("3\r\n\(text)\r\n")
                })
            }
            stream?.finish()
            #expect(try client.answer().body == "onetwo")
        }
    }

    /// For HTTP/1.0 a stream ends with the connection.
    @Test func streamForOldClient() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                let stream = exchange.startStream()
                stream.write(Array("one".utf8))
                stream.write(Array("two".utf8))
                stream.finish()
            }
            let client = try test.connect()
            try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.version == "HTTP/1.0")
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer["connection"] == "close")
            #expect(answer.body == "onetwo")
            try client.expectEnd()
        }
    }

    /// The answer to HEAD has the fields of a stream and no body.
    @Test func streamForHead() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                let stream = exchange.startStream()
                stream.write(Array("hidden".utf8))
                stream.finish()
            }
            let client = try test.pair()
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            for _ in 0..<2 {
                #expect(try client.answer(toHead: true)["transfer-encoding"] == "chunked")
            }
            #expect(client.received.isEmpty)
        }
    }

    /// The client can tell that an aborted or released stream is incomplete.
    @Test(arguments: [true, false])
    func abortedStream(explicitly: Bool) throws {
        try TestServer.run { test in
            var stream: ResponseStream?
            test.handler.onRequest = { _, exchange in
                stream = exchange.startStream()
                stream?.write(Array("part".utf8))
            }
            func abort() {
                if explicitly { stream?.abort() }
                stream = nil
            }
            let new = try test.connect()
            try new.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                new.receive()
                return new.text.hasSuffix("part\r\n")
            })
            abort()
            try test.run(until: {
                new.receive()
                return new.hasEnded
            })
            #expect(new.text.hasSuffix("4\r\npart\r\n"))

            let old = try test.connect()
            try old.send("GET / HTTP/1.0\r\n\r\n")
            try test.run(until: {
                old.receive()
                return old.text.hasSuffix("part")
            })
            abort()
            // An end would mean "complete" to this client: it has to be a reset.
            try test.run(until: {
                old.receive()
                return old.failure != 0
            })
            new.close()
            try test.run(until: { test.server.connectionCount == 0 })
            #expect(test.server.runningExchanges == 0)
        }
    }

    /// With a slow reader, bytes wait, none are lost, and the writer is notified when they are gone.
    @Test func slowReader() throws {
        try TestServer.run { test in
            var stream: ResponseStream?
            var drained = 0
            test.handler.onRequest = { _, exchange in
                stream = exchange.startStream()
                stream?.onDrained = { drained += 1 }
            }
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { stream != nil })
            let event = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000)
            for _ in 0..<20_000 { stream?.write(event) }
            #expect(stream?.pendingBytes ?? 0 >= 20_000_000)
            test.run(for: .milliseconds(20))
            #expect(stream?.pendingBytes ?? 0 > 1_000_000)
            #expect(drained == 0)
            try test.run(until: {
                client.receive()
                return drained == 1
            })
            #expect(stream?.pendingBytes == 0)
            stream?.finish()
            #expect(try client.answer().body.utf8.count == 20_000_000)
        }
    }
}

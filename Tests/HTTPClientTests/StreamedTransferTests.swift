import EventLoop
import HTTPClient
import LoopbackServer
import Testing

/// Bodies that are sent, and answers that are handed on, while they arrive.
@Suite(.serialized) struct StreamedTransferTests {
    /// Takes an answer, and may refuse to for a while.
    private final class Consumer: AnswerConsumer {
        var status = 0
        var fields: [(name: String, value: String)] = []
        var bytes: [UInt8] = []
        var takes = true
        var refused = 0

        func answerBegan(status: Int, fields: [(name: String, value: String)]) {
            self.status = status
            self.fields = fields
        }

        func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
            guard takes else {
                refused += 1
                return false
            }
            self.bytes += bytes
            return true
        }
    }

    /// Has a body that a test extends.
    private final class Producer: BodyProducer {
        let lengthBytes: Int?
        var waiting: [UInt8] = []
        var hasEnded = false
        var hasFailed = false
        var asked = 0

        init(lengthBytes: Int?) { self.lengthBytes = lengthBytes }

        func take(into destination: UnsafeMutableRawBufferPointer) -> ProducedBytes {
            asked += 1
            if hasFailed { return .failed }
            let count = min(waiting.count, destination.count)
            guard count > 0 else { return hasEnded ? .end : .notYet }
            destination.copyBytes(from: waiting.prefix(count))
            waiting.removeFirst(count)
            return .bytes(count)
        }
    }

    private func post(_ url: String, _ producer: Producer, _ consumer: Consumer) -> HTTPRequest {
        var request = HTTPRequest(.post, url)
        request.redirectLimit = 0
        request.body = .arriving(producer)
        request.destination = .consumer(consumer)
        return request
    }

    /// The head and the available part of the body arrive before the rest; interim responses don't count.
    @Test func answerIsHandedOn() throws {
        let test = try TestLoop()
        let head = "HTTP/1.1 302 Found\r\nLocation: /b\r\ncontent-length: 6\r\n\r\n"
        let server = try ScriptedServer(on: test.loop) { _ in
            [.send(Array("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n\(head)one".utf8)), .hang]
        }
        let consumer = Consumer()
        var request = HTTPRequest(.get, server.url)
        request.redirectLimit = 0
        request.destination = .consumer(consumer)
        var result: Result<HTTPResponse, HTTPClientError>?
        let transfer = test.client.send(request) { result = $0 }
        try test.run(until: { consumer.bytes == Array("one".utf8) })
        #expect(result == nil)
        #expect(consumer.status == 302)
        #expect(consumer.fields.map(\.name) == ["location", "content-length"])
        transfer.cancel()
        try test.run(until: { result != nil })
        #expect(throws: HTTPClientError.canceled) { try result?.get() }
        try test.close(server)
    }

    @Test func answerWaitsForTheConsumer() throws {
        let test = try TestLoop()
        let body = [UInt8](repeating: 7, count: 300_000)
        let server = try ScriptedServer(on: test.loop) { _ in [answer("200 OK", [], body)] }
        let consumer = Consumer()
        consumer.takes = false
        var request = HTTPRequest(.get, server.url)
        request.destination = .consumer(consumer)
        var result: Result<HTTPResponse, HTTPClientError>?
        let transfer = test.client.send(request) { result = $0 }
        try test.run(until: { consumer.refused > 0 })
        #expect(consumer.bytes.isEmpty)
        consumer.takes = true
        transfer.resume()
        try test.run(until: { result != nil })
        #expect(consumer.bytes == body)
        try test.close(server)
    }

    @Test func bodyIsSentAsItArrives() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        let (producer, consumer) = (Producer(lengthBytes: 11), Consumer())
        var result: Result<HTTPResponse, HTTPClientError>?
        let transfer = test.client.send(post(server.url, producer, consumer)) { result = $0 }
        for part in ["first", "second"] {
            #expect(result == nil)
            producer.waiting += Array(part.utf8)
            producer.hasEnded = part == "second"
            transfer.resume()
            try test.run(until: { producer.waiting.isEmpty })
        }
        try test.run(until: { result != nil })
        #expect(try result?.get().status == 200)
        #expect(server.requests[0].field("content-length") == "11")
        #expect(server.requests[0].field("content-type") == nil)
        #expect(server.requests[0].body == Array("firstsecond".utf8))
        try test.close(server)
    }

    @Test func bodyOfUnknownLengthIsSentInChunks() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        let producer = Producer(lengthBytes: nil)
        producer.waiting = Array("body".utf8)
        producer.hasEnded = true
        var result: Result<HTTPResponse, HTTPClientError>?
        test.client.send(post(server.url, producer, Consumer())) { result = $0 }
        try test.run(until: { result != nil })
        #expect(server.requests[0].field("transfer-encoding") == "chunked")
        #expect(server.requests[0].field("content-length") == nil)
        try test.close(server)
    }

    @Test func bodyThatNeverComes() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        let producer = Producer(lengthBytes: 10)
        var result: Result<HTTPResponse, HTTPClientError>?
        let transfer = test.client.send(post(server.url, producer, Consumer())) { result = $0 }
        try test.run(until: { producer.asked > 0 })
        producer.hasFailed = true
        transfer.resume()
        try test.run(until: { result != nil })
        #expect(throws: HTTPClientError.canceled) { try result?.get() }
        try test.close(server)
    }
}

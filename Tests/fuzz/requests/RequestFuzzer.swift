import EventLoop
import Glibc

@testable import HTTPServer

/// Answers with what it got, so that a difference in parsing is a difference in answers.
private final class EchoHandler: HTTPHandler {
    func receivedHead(_ head: RequestHead) -> HeadAction {
        head.path.hasPrefix("/r") ? .refuse(.empty(415)) : .accept(bodyLimitBytes: head.path.hasPrefix("/l") ? 8 : .max)
    }

    func received(_ request: Request, on exchange: Exchange) {
        let head = request.head
        var text = "\(head.method) \(head.path.string) \(head.query?.string ?? "-") "
        for (name, value) in head.allFields { text += "\(name.string)=\(value.string) " }
        let body = BodySegment.buffer(request.body)
        if head.path.hasPrefix("/s") {
            let stream = exchange.startStream()
            stream.write(.segments([.bytes(Array(text.utf8)), body]))
            stream.finish()
        } else if !head.path.hasPrefix("/d") {
            exchange.respond(.json(segments: [.bytes(Array(text.utf8)), body]))
        }
    }
}

/// Feeds bytes to a server, whole and in pieces: it must not crash, must end the connection, and must answer the same both
/// times. The first byte says how large the pieces are.
struct RequestFuzzer {
    private let loop: EventLoop
    private let server: HTTPServer

    init() {
        do {
            var configuration = HTTPConfiguration()
            configuration.targetLimitBytes = 64
            configuration.headLimitBytes = 512
            configuration.fieldLimit = 5
            configuration.bodyLimitBytes = 256
            configuration.discardLimitBytes = 64
            configuration.chunkExtensionLimitBytes = 16
            configuration.pipelineLimitBytes = 128
            // A head with two flaws may be refused for either, whichever is noticed first.
            configuration.failureAnswer = { .empty([414, 431].contains($0.status) ? 400 : $0.status) }
            loop = try EventLoop()
            server = try HTTPServer(loop: loop, configuration: configuration, handler: EchoHandler())
        } catch {
            fatalError("\(error)")
        }
    }

    func feed(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = answers(to: bytes, piecesOf: .max)
        let pieces = answers(to: bytes, piecesOf: 1 + Int(first % 16))
        guard whole == pieces else {
            let texts = [whole, pieces].map { String(decoding: $0, as: UTF8.self) }
            fatalError("whole and in pieces the bytes are different requests:\n\(texts[0])\n---\n\(texts[1])")
        }
    }

    /// What the server answers to `bytes` when they come in pieces of `size`.
    private func answers(to bytes: UnsafeRawBufferPointer, piecesOf size: Int) -> [UInt8] {
        var descriptors: [Int32] = [0, 0]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &descriptors) == 0)
        let client = descriptors[1]
        defer { close(client) }
        do {
            server.accept(try PipeStream(on: loop, descriptor: descriptors[0]))
        } catch {
            fatalError("\(error)")
        }
        var received: [UInt8] = []
        var memory = [UInt8](repeating: 0, count: 65_536)
        var sent = 0
        var isFinished = false
        for _ in 0..<100_000 {
            if sent < bytes.count {
                let count = min(size, bytes.count - sent)
                let written = send(client, bytes.baseAddress! + sent, count, Int32(MSG_NOSIGNAL))
                // The server may have ended the connection.
                sent = written > 0 ? sent + written : errno == EAGAIN ? sent : bytes.count
            } else if !isFinished {
                isFinished = true
                shutdown(client, Int32(SHUT_WR))
            }
            loop.runOnce()
            while case let count = recv(client, &memory, memory.count, 0), count > 0 { received += memory[..<count] }
            if isFinished, server.connectionCount == 0 {
                precondition(server.runningExchanges == 0, "an exchange was left behind")
                return withoutDates(received)
            }
        }
        fatalError("the connection did not end")
    }

    private func withoutDates(_ bytes: [UInt8]) -> [UInt8] {
        let pattern = Array("date: ".utf8)
        var bytes = bytes
        var index = 0
        while index + 35 <= bytes.count {
            if bytes[index] == pattern[0], bytes[index..<(index + 6)].elementsEqual(pattern) {
                for position in (index + 6)..<(index + 35) { bytes[position] = 0 }
                index += 35
            } else {
                index += 1
            }
        }
        return bytes
    }
}

#if FUZZING
    nonisolated(unsafe) private let fuzzer = RequestFuzzer()

    /// Called by libFuzzer, on one thread.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        fuzzer.feed(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
#endif

import EventLoop
import Glibc

@testable import HTTPServer

// Feeds libFuzzer's bytes to a server, whole and in pieces: it must not crash, must end the connection, and must answer the
// same both times. Built and run by run.sh.

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

private struct Fixture {
    let loop: EventLoop
    let server: HTTPServer

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
            loop = try EventLoop()
            server = try HTTPServer(loop: loop, configuration: configuration, handler: EchoHandler())
        } catch {
            fatalError("\(error)")
        }
    }

    /// What the server answers to `bytes` when they come in pieces of `size`.
    func answers(to bytes: UnsafeRawBufferPointer, piecesOf size: Int) -> [UInt8] {
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

/// Answers with one status for all that is wrong with a head: what is wrong in two ways may be refused for either, whichever
/// is noticed first.
private func comparable(_ answers: [UInt8]) -> String {
    String(decoding: answers, as: UTF8.self)
        .replacing("HTTP/1.1 414 URI Too Long\r\n", with: "HTTP/1.1 400 Bad Request\r\n")
        .replacing("HTTP/1.1 431 Request Header Fields Too Large\r\n", with: "HTTP/1.1 400 Bad Request\r\n")
}

nonisolated(unsafe) private let fixture = Fixture()

/// Called by libFuzzer, on one thread.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 1, let start else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
    let whole = fixture.answers(to: bytes, piecesOf: .max)
    let pieces = fixture.answers(to: bytes, piecesOf: 1 + Int(start[0] % 16))
    guard comparable(whole) == comparable(pieces) else {
        print(String(decoding: whole, as: UTF8.self), "---", String(decoding: pieces, as: UTF8.self), separator: "\n")
        fflush(nil)
        fatalError("whole and in pieces the bytes are different requests")
    }
    return 0
}

import EventLoop
import Glibc
import Testing

@testable import HTTPServer

/// A server, its loop, and its clients, all on the test's thread: waiting runs the loop.
final class TestServer {
    let loop: EventLoop
    let server: HTTPServer
    let handler: TestHandler
    private var clients: [TestClient] = []
    private var port = 0

    /// Makes a server, passes it to `body`, closes it, and compares the numbers of handles made and released.
    static func run(
        _ configuration: HTTPConfiguration = HTTPConfiguration(), _ body: (TestServer) throws -> Void
    ) throws {
        let server = try TestServer(configuration)
        defer { server.close() }
        try body(server)
    }

    private init(_ configuration: HTTPConfiguration) throws {
        loop = try EventLoop()
        handler = TestHandler()
        server = try HTTPServer(loop: loop, configuration: configuration, handler: handler)
    }

    private func close() {
        for client in clients { client.close() }
        server.close()
        handler.exchanges.removeAll()
        loop.runOnce()
        loop.close()
        #expect(loop.handlesMade == loop.handlesClosed)
        #expect(server.connectionCount == 0)
        #expect(server.runningExchanges == 0)
    }

    /// A client over loopback TCP.
    func connect() throws -> TestClient {
        if port == 0 { port = try server.listen(host: "127.0.0.1", port: 0) }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            Glibc.close(descriptor)
            throw ConnectFailure(code: errno)
        }
        return add(descriptor)
    }

    /// A client over a socket pair, for what does not depend on TCP.
    func pair() throws -> TestClient {
        var descriptors: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &descriptors) == 0)
        server.accept(try PipeStream(on: loop, descriptor: descriptors[0]))
        return add(descriptors[1])
    }

    private func add(_ descriptor: Int32) -> TestClient {
        let client = TestClient(self, descriptor)
        clients.append(client)
        return client
    }

    /// Runs the loop until `condition` holds.
    func run(
        until condition: () throws -> Bool, within limit: Duration = .seconds(10),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let start = ContinuousClock.now
        while try !condition() {
            loop.runOnce()
            if try condition() { return }
            try #require(ContinuousClock.now - start < limit, "waited too long", sourceLocation: sourceLocation)
            usleep(200)
        }
    }

    /// Runs the loop for a while, to see that something does not happen.
    func run(for time: Duration) {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < time {
            loop.runOnce()
            usleep(500)
        }
    }
}

/// A handler whose behavior a test sets; by default, it echoes requests.
final class TestHandler: HTTPHandler {
    var onHead: (RequestHead) -> HeadAction = { _ in .accept() }
    var onRequest: ((Request, Exchange) -> Void)?
    /// Exchanges that a test keeps, to answer them later.
    var exchanges: [Exchange] = []

    func receivedHead(_ head: RequestHead) -> HeadAction {
        onHead(head)
    }

    /// The reports about answers.
    var reports: [AnswerReport] = []

    func answered(_ report: AnswerReport) {
        reports.append(report)
    }

    func received(_ request: Request, on exchange: Exchange) {
        if let onRequest {
            onRequest(request, exchange)
        } else {
            let body = String(decoding: request.body.bytes, as: UTF8.self)
            exchange.respond(.plainText("\(request.head.method) \(request.head.path.string) \(body)", status: 200))
        }
    }

    /// From now on requests are kept and not answered.
    func keepExchanges() {
        onRequest = { [unowned self] _, exchange in exchanges.append(exchange) }
    }
}

/// The server does not listen.
struct ConnectFailure: Error {
    let code: Int32
}

/// The server doesn't accept what is sent to it.
struct SendFailure: Error {
    let code: Int32
}

/// The client's end of a connection, in plain system calls.
final class TestClient {
    private let test: TestServer
    private(set) var descriptor: Int32
    /// What was received and not taken yet.
    private(set) var received: [UInt8] = []
    private(set) var hasEnded = false
    private(set) var failure: Int32 = 0

    init(_ test: TestServer, _ descriptor: Int32) {
        self.test = test
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends everything, and runs the loop while the server doesn't accept it.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        try test.run(until: {
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
                guard count > 0 else {
                    guard errno == EAGAIN else { throw SendFailure(code: errno) }
                    return false
                }
                sent += count
            }
            return true
        })
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes so that the server sees a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Receives what is there.
    func receive(atMost limit: Int = .max) {
        guard !hasEnded, failure == 0, descriptor >= 0 else { return }
        var memory = [UInt8](repeating: 0, count: 65_536)
        var left = limit
        while left > 0 {
            let count = recv(descriptor, &memory, min(memory.count, left), 0)
            if count > 0 {
                received += memory[..<count]
                left -= count
            } else if count == 0 {
                hasEnded = true
                return
            } else {
                if errno != EAGAIN { failure = errno }
                return
            }
        }
    }

    /// Waits for a complete answer and takes it.
    func answer(toHead: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) throws -> Answer {
        var answer: Answer?
        try test.run(
            until: {
                receive()
                answer = Answer(taking: &received, hasEnded: hasEnded, toHead: toHead)
                if answer == nil { try #require(failure == 0 && !hasEnded, "the connection ended: \(text)") }
                return answer != nil
            }, sourceLocation: sourceLocation)
        return try #require(answer)
    }

    /// Waits for the regular end of the connection.
    func expectEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try test.run(
            until: {
                receive()
                return hasEnded || failure != 0
            }, sourceLocation: sourceLocation)
        #expect(hasEnded && failure == 0, "reset instead of closed", sourceLocation: sourceLocation)
        #expect(text.isEmpty, sourceLocation: sourceLocation)
    }
}

/// An answer as a client reads it.
struct Answer {
    var version = ""
    var status = 0
    var reason = ""
    var fields: [(name: String, value: String)] = []
    var body = ""

    subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// Takes a complete answer off the front of `bytes`; `nil` if there is none yet.
    init?(taking bytes: inout [UInt8], hasEnded: Bool, toHead: Bool) {
        guard let headEnd = Self.find(Array("\r\n\r\n".utf8), in: bytes, from: 0) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let parts = lines[0].split(separator: " ", maxSplits: 2)
        version = String(parts[0])
        status = Int(parts[1]) ?? 0
        reason = parts.count > 2 ? String(parts[2]) : ""
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields.append((String(line[..<colon]), String(line[line.index(colon, offsetBy: 2)...])))
        }
        var position = headEnd + 4
        if toHead || status < 200 || status == 204 || status == 304 {
            // No body.
        } else if let length = self["content-length"].flatMap({ Int($0) }) {
            guard bytes.count >= position + length else { return nil }
            body = String(decoding: bytes[position..<(position + length)], as: UTF8.self)
            position += length
        } else if self["transfer-encoding"] == "chunked" {
            var content: [UInt8] = []
            while true {
                guard let lineEnd = Self.find(Array("\r\n".utf8), in: bytes, from: position),
                    let size = Int(String(decoding: bytes[position..<lineEnd], as: UTF8.self), radix: 16),
                    bytes.count >= lineEnd + 2 + size + 2
                else { return nil }
                content += bytes[(lineEnd + 2)..<(lineEnd + 2 + size)]
                position = lineEnd + 2 + size + 2
                if size == 0 { break }
            }
            body = String(decoding: content, as: UTF8.self)
        } else {
            guard hasEnded else { return nil }
            body = String(decoding: bytes[position...], as: UTF8.self)
            position = bytes.count
        }
        bytes.removeFirst(position)
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= pattern.count + start else { return nil }
        return (start...(bytes.count - pattern.count)).first { bytes[$0..<($0 + pattern.count)].elementsEqual(pattern) }
    }
}

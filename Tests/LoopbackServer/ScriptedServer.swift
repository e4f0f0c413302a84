package import EventLoop
internal import Glibc

/// A server on 127.0.0.1 that answers each request with a script: bytes, waits, and ends of all kinds.
package final class ScriptedServer {
    package enum Step {
        case send([UInt8])
        case wait(Duration)
        /// Closes the connection in good order.
        case close
        /// Throws the connection away.
        case reset
        /// Calls back.
        case call(() -> Void)
        /// Does nothing more.
        case hang
    }

    package struct Request {
        package var head = ""
        package var body: [UInt8] = []
        package var method: String { String(head.prefix { $0 != " " }) }
        package var target: String { String(head.split(separator: " ").dropFirst().first ?? "") }

        package func field(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { continue }
                return String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            return nil
        }
    }

    package private(set) var requests: [Request] = []
    package private(set) var connectionCount = 0
    package var url: String { "http://127.0.0.1:\(listener?.port ?? 0)" }
    /// How fast bodies are read: a server that does not read at all is a slow one.
    package var readsBodies = true

    fileprivate let loop: EventLoop
    private let script: (Request) -> [Step]
    private var listener: Listener?
    private var connections: [ScriptedConnection] = []

    package init(on loop: EventLoop, script: @escaping (Request) -> [Step]) throws {
        self.loop = loop
        self.script = script
        listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { [unowned self] stream in
            connectionCount += 1
            connections.append(ScriptedConnection(stream, server: self))
        }
    }

    package func close() {
        listener?.close()
        for connection in connections { connection.close() }
        connections = []
    }

    fileprivate func answer(_ request: Request) -> [Step] {
        requests.append(request)
        return script(request)
    }
}

/// Makes a complete answer.
package func answer(
    _ status: String = "200 OK", _ fields: [String] = [], _ body: [UInt8] = []
) -> ScriptedServer.Step {
    let head = ["HTTP/1.1 \(status)", "content-length: \(body.count)"] + fields
    return .send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
}

private final class ScriptedConnection: StreamDelegate {
    private let stream: Stream
    private let timer: Timer?
    private unowned let server: ScriptedServer
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
    private var received: [UInt8] = []
    private var steps: ArraySlice<ScriptedServer.Step> = []
    private var isBusy = false
    private var isClosed = false

    init(_ stream: Stream, server: ScriptedServer) {
        self.stream = stream
        self.server = server
        var onFire: () -> Void = {}
        let timer = try? Timer(on: server.loop) { onFire() }
        self.timer = timer
        stream.delegate = self
        onFire = { [weak self] in self?.perform() }
        try? stream.startReading()
    }

    deinit { room.deallocate() }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        stream.close()
        timer?.close()
    }

    func streamNeedsBuffer(_ stream: Stream) -> UnsafeMutableRawBufferPointer { room }

    func stream(_ stream: Stream, received count: Int) {
        received.append(contentsOf: room[..<count])
        if !server.readsBodies { stream.stopReading() }
        next()
    }

    func streamEnded(_ stream: Stream) { close() }
    func streamFailed(_ stream: Stream, _ error: EventLoopError) { close() }
    func streamDrained(_ stream: Stream) {}

    private func next() {
        guard !isBusy, let request = takeRequest() else { return }
        isBusy = true
        steps = server.answer(request)[...]
        perform()
    }

    private func perform() {
        guard !isClosed else { return }
        while let step = steps.popFirst() {
            switch step {
            case .send(let bytes): stream.write(bytes)
            case .wait(let duration): return timer?.start(after: duration) ?? ()
            case .close: return stream.finishWriting()
            case .reset:
                if let descriptor = stream.descriptor { setLingerZero(descriptor) }
                return close()
            case .call(let body): body()
            case .hang: return
            }
        }
        isBusy = false
        next()
    }

    private func takeRequest() -> ScriptedServer.Request? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        var request = ScriptedServer.Request(head: String(decoding: received[..<end.lowerBound], as: UTF8.self))
        let length = request.field("content-length").flatMap(Int.init) ?? 0
        guard !server.readsBodies || received.count >= end.upperBound + length else { return nil }
        let bodyEnd = min(received.count, end.upperBound + length)
        request.body = Array(received[end.upperBound..<bodyEnd])
        received.removeSubrange(..<bodyEnd)
        return request
    }
}

/// Makes the next close of a socket send a reset.
private func setLingerZero(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
}

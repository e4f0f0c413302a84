public import EventLoop
internal import Glibc

/// An HTTP/1.1 server: listens, reads requests within limits, and sends its handler's answers.
///
/// It stays alive until ``close()``; close it before its loop.
public final class HTTPServer {
    /// The loop that the server is bound to.
    public let loop: EventLoop
    /// The limits.
    public let configuration: HTTPConfiguration
    let handler: any HTTPHandler

    /// Whether ``drain()`` was called.
    public private(set) var isDraining = false
    /// Whether each connection ends after its next answer.
    private(set) var endsConnections = false
    /// Called once, on the loop, when draining is done, that is, when the last connection is closed.
    public var onDrained: (() -> Void)?
    /// Called on the loop when a connection is closed, with its ``Exchange/connectionNumber``.
    public var onConnectionClosed: ((Int) -> Void)?
    /// The number of running requests: received completely, but not yet answered completely.
    public internal(set) var runningExchanges = 0

    var date = DateField()
    /// Memory for bytes that are discarded.
    let scrap = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    private var listeners: [Listener] = []
    private var connections: [Connection] = []
    private var lastConnectionNumber = 0
    /// Closed in this round; they may still be on the call stack.
    private var closedConnections: [Connection] = []
    private var scheduledFlushes: [Connection] = []
    private var prepare: Prepare?
    private var ticker: Timer?
    private let tickInterval: Duration
    /// While draining: the deadline for requests that haven't arrived completely, in the loop's milliseconds.
    private(set) var drainEnd = 0
    private var isDrained = false

    /// Makes a server that doesn't listen yet. It retains its handler.
    public init(
        loop: EventLoop, configuration: HTTPConfiguration = HTTPConfiguration(), handler: any HTTPHandler
    ) throws(EventLoopError) {
        self.loop = loop
        self.configuration = configuration
        self.handler = handler
        let timeouts = [
            configuration.headTimeout, configuration.bodyTimeout, configuration.idleTimeout,
            configuration.writeTimeout, configuration.lingerTimeout, configuration.drainTimeout,
            configuration.minimumRate?.window,
        ]
        // One timer for all connections: a timeout fires late by at most a quarter of the shortest one.
        let shortest = timeouts.compactMap { $0 }.min() ?? .seconds(1)
        tickInterval = max(.milliseconds(10), min(.milliseconds(500), shortest / 4))
        prepare = try Prepare(on: loop) { [unowned self] in finishRound() }
        ticker = try Timer(on: loop) { [unowned self] in tick() }
    }

    deinit {
        scrap.deallocate()
    }

    // MARK: - Life

    /// Starts to listen on all addresses of a host name, or on an address (IPv6 with or without brackets).
    ///
    /// Returns the port, which the kernel chooses if `port` is 0. Resolves names synchronously, so this may block.
    /// Skips addresses that this machine lacks, such as `::1` without IPv6, if there is another.
    public func listen(host: String, port: Int) throws(EventLoopError) -> Int {
        loop.preconditionInEventLoop()
        var opened: [Listener] = []
        var failure: EventLoopError?
        for address in try Listener.addresses(of: host, on: loop) {
            do {
                opened.append(
                    try Listener(on: loop, host: address, port: opened.first?.port ?? port) { [unowned self] stream in
                        accept(stream)
                    })
            } catch {
                failure = .cannotListen(host: host, port: port, code: error.code)
                // In use, or not allowed: half of the clients would reach another program.
                if port != 0, error.code == -EADDRINUSE || error.code == -EACCES { break }
            }
        }
        let isInUse = port != 0 && failure.map { $0.code == -EADDRINUSE || $0.code == -EACCES } ?? false
        guard let first = opened.first, !isInUse else {
            for listener in opened { listener.close() }
            throw failure ?? .cannotListen(host: host, port: port, code: -EADDRNOTAVAIL)
        }
        listeners += opened
        return first.port
    }

    /// The open connections, for tests.
    var openConnections: [Connection] { connections }

    /// The number of open connections.
    public var connectionCount: Int { connections.count }

    /// Ends each connection after its next answer, so that clients connect elsewhere. Keeps listening.
    public func endConnections() {
        endsConnections = true
    }

    /// Takes no new work: stops listening, closes idle connections, and lets running requests finish.
    ///
    /// Requests that have partly arrived get ``HTTPConfiguration/drainTimeout``. ``onDrained`` follows, immediately if
    /// there is nothing to wait for.
    public func drain() {
        loop.preconditionInEventLoop()
        guard !isDraining else { return }
        isDraining = true
        endsConnections = true
        drainEnd = deadline(after: configuration.drainTimeout)
        stopListening()
        for connection in connections {
            connection.drain()
        }
        checkDrained()
    }

    /// Closes everything immediately. Running exchanges are notified that their clients are gone.
    public func close() {
        loop.preconditionInEventLoop()
        stopListening()
        for connection in connections {
            connection.close()
        }
        closedConnections.removeAll()
        scheduledFlushes.removeAll()
        prepare?.close()
        prepare = nil
        ticker?.close()
        ticker = nil
    }

    private func stopListening() {
        for listener in listeners {
            listener.close()
        }
        listeners.removeAll()
    }

    private func checkDrained() {
        guard isDraining, !isDrained, connections.isEmpty else { return }
        isDrained = true
        let callback = onDrained
        onDrained = nil
        callback?()
    }

    // MARK: - Connections

    /// Serves a stream that wasn't connected through ``listen(host:port:)``.
    func accept(_ stream: Stream) {
        guard connections.count < configuration.connectionLimit + configuration.refusalLimit, !isDraining else {
            stream.close()
            return
        }
        let connection = Connection(server: self, stream: stream)
        connection.index = connections.count
        connections.append(connection)
        if connections.count == 1 {
            ticker?.start(after: tickInterval, repeating: tickInterval)
        }
        connection.start()
        if connections.count > configuration.connectionLimit, connection.state == .readingHead {
            connection.fail(.tooManyConnections)
            connection.settle()
        }
    }

    func nextConnectionNumber() -> Int {
        lastConnectionNumber += 1
        return lastConnectionNumber
    }

    /// The answer to a request that the server itself has to refuse.
    func answer(to failure: RequestFailure) -> Response {
        var response = configuration.failureAnswer(failure)
        if let advice = failure.advice { response.fields.append(advice) }
        return response
    }

    func remove(_ connection: Connection) {
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        closedConnections.append(connection)
        onConnectionClosed?(connection.number)
        if connections.isEmpty { ticker?.stop() }
        checkDrained()
    }

    /// Makes `connection` send what it has collected at the end of this round.
    func flushLater(_ connection: Connection) {
        guard !connection.isFlushScheduled else { return }
        connection.isFlushScheduled = true
        scheduledFlushes.append(connection)
    }

    /// Sends what the round has collected; returns whether there was anything to do.
    private func finishRound() -> Bool {
        let isBusy = !scheduledFlushes.isEmpty
        while !scheduledFlushes.isEmpty {
            let flushes = scheduledFlushes
            scheduledFlushes.removeAll(keepingCapacity: true)
            for connection in flushes {
                connection.flushScheduled()
            }
        }
        if !closedConnections.isEmpty { closedConnections.removeAll(keepingCapacity: true) }
        return isBusy
    }

    // MARK: - Time

    /// The loop's time `timeout` from now, in milliseconds; 0, which means never, without a timeout.
    func deadline(after timeout: Duration?) -> Int {
        guard let timeout else { return 0 }
        return loop.nowMilliseconds + Int(timeout.millisecondsRoundedUp)
    }

    private func tick() {
        let now = loop.nowMilliseconds
        for connection in connections {
            connection.tick(now: now)
        }
    }
}

@available(*, unavailable)
extension HTTPServer: Sendable {}

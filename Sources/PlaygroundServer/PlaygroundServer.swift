public import EventLoop
internal import Glibc
internal import HTTPClient
internal import HTTPServer

/// `coglet playground`: the page for any server of a model, with a proxy to it and a place for its webhooks.
///
/// It has nothing to do with serving a model, and shares nothing with it but the libraries.
public final class PlaygroundServer {
    /// How long requests that run get to end.
    private static let stopTime = Duration.seconds(5)
    private static let parentCheckInterval = Duration.seconds(1)

    private let loop: EventLoop
    private let client: HTTPClient
    private let sink: WebhookSink
    private let handler: PlaygroundHandler
    private let server: HTTPServer
    private var prepare: Prepare?
    private var signals: [SignalSource] = []
    private var parentTimer: Timer?
    private var stopTimer: Timer?

    /// Makes the server and listens; `environment` names the proxies that requests to targets go through.
    ///
    /// - Throws: ``EventLoopError`` when the address can't be used.
    public init(
        _ options: PlaygroundOptions, version: String, environment: (String) -> String?
    ) throws(EventLoopError) {
        loop = try EventLoop()
        client = HTTPClient(on: loop, proxies: ProxySettings(environment: Self.withoutLoopback(environment)))
        sink = try WebhookSink(on: loop)
        handler = PlaygroundHandler(options, client: client, sink: sink, version: version)
        var configuration = HTTPConfiguration()
        configuration.headLimitBytes = 65_536
        configuration.headTimeout = .seconds(10)
        // A page may stand open for hours, and its browser go to sleep.
        configuration.minimumRate = nil
        server = try HTTPServer(loop: loop, configuration: configuration, handler: handler)
        handler.port = try server.listen(host: options.host, port: options.port)
        prepare = try Prepare(on: loop) { [unowned self] in handler.resumeForwardings() }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signals.append(try SignalSource(on: loop, signal: number) { [unowned self] in stop() })
        }
        try endWithParent()
    }

    /// The environment as far as proxies go. None of them reaches what runs on this machine, whatever it says.
    private static func withoutLoopback(_ environment: (String) -> String?) -> (String) -> String? {
        let exceptions = [environment("no_proxy"), environment("NO_PROXY")].compactMap(\.self).first { !$0.isEmpty }
        var values = ["no_proxy": [exceptions ?? "", "localhost,127.0.0.0/8,::1"].joined(separator: ",")]
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            for name in [name, name.lowercased()] { values[name] = environment(name) }
        }
        return { values[$0] }
    }

    /// The port where the page listens.
    public var port: Int { handler.port }

    /// Serves until a signal ends it.
    public func run() {
        loop.run()
    }

    /// Ends when the command that has started this does, also when that was killed.
    private func endWithParent() throws(EventLoopError) {
        let parent = getppid()
        let timer = try Timer(on: loop) { [unowned self] in
            if getppid() != parent { loop.stop() }
        }
        timer.start(after: Self.parentCheckInterval, repeating: Self.parentCheckInterval)
        parentTimer = timer
    }

    private func stop() {
        // Whoever asks twice doesn't want to wait.
        guard stopTimer == nil, let timer = try? Timer(on: loop, onFire: { [unowned self] in loop.stop() }) else {
            loop.stop()
            return
        }
        stopTimer = timer
        timer.start(after: Self.stopTime)
        server.onDrained = { [unowned self] in loop.stop() }
        sink.close()
        server.drain()
    }
}

@available(*, unavailable)
extension PlaygroundServer: Sendable {}

public import EventLoop
internal import Glibc
internal import HTTPClient
internal import HTTPServer

/// `coglet playground`: the page for any model server, with a proxy to it and a receiver for its webhooks.
///
/// It doesn't serve a model, and shares only libraries with the part that does.
public final class PlaygroundServer {
    /// How long running requests may take to end.
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

    /// Makes the server and listens. `environment` names the proxies for requests to targets.
    ///
    /// - Throws: ``EventLoopError`` if the address isn't usable.
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
        // A page may stay open for hours, and its browser may go to sleep.
        configuration.minimumRate = nil
        server = try HTTPServer(loop: loop, configuration: configuration, handler: handler)
        handler.port = try server.listen(host: options.host, port: options.port)
        prepare = try Prepare(on: loop) { [unowned self] in handler.resumeForwardings() }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signals.append(try SignalSource(on: loop, signal: number) { [unowned self] in stop() })
        }
        try endWithParent()
    }

    /// The environment's proxy settings, changed so that loopback addresses never go through a proxy.
    private static func withoutLoopback(_ environment: (String) -> String?) -> (String) -> String? {
        let exceptions = [environment("no_proxy"), environment("NO_PROXY")].compactMap(\.self).first { !$0.isEmpty }
        var values = ["no_proxy": [exceptions ?? "", "localhost,127.0.0.0/8,::1"].joined(separator: ",")]
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            for name in [name, name.lowercased()] { values[name] = environment(name) }
        }
        return { values[$0] }
    }

    /// The port that the page is served on.
    public var port: Int { handler.port }

    /// Serves until a signal ends it.
    public func run() {
        loop.run()
    }

    /// Ends when the command that started this process ends, even if it was killed.
    private func endWithParent() throws(EventLoopError) {
        let parent = getppid()
        let timer = try Timer(on: loop) { [unowned self] in
            if getppid() != parent { loop.stop() }
        }
        timer.start(after: Self.parentCheckInterval, repeating: Self.parentCheckInterval)
        parentTimer = timer
    }

    private func stop() {
        // A second signal means that the user doesn't want to wait.
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

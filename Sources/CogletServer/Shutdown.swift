import EventLoop
import HTTPServer
import Predictions
import Serving
import Workers

/// Shuts the server down in order, within the time limits of its ``ShutdownPlan``.
///
/// Bound to the loop, which it stops at the end.
final class Shutdown {
    /// What ends concurrently once no prediction is running any more.
    private enum Part {
        case worker, webhooks, connections
    }

    private let loop: EventLoop
    private let plan: ShutdownPlan
    private let log: Log
    private let server: HTTPServer
    private let service: PredictionService
    private let readiness: ReadinessFile?
    private let telemetry: TelemetryExport
    /// Whether the server is about to exit.
    private(set) var hasBegun = false
    /// When the port was closed, by a clock that never goes back; nil before that.
    private var closedPortAt: Duration?
    private var remaining: Set<Part> = [.worker, .webhooks, .connections]
    private var isClosing = false
    private var timers: [Timer] = []

    init(
        on loop: EventLoop, plan: ShutdownPlan, log: Log, server: HTTPServer, service: PredictionService,
        readiness: ReadinessFile?, telemetry: TelemetryExport
    ) {
        self.telemetry = telemetry
        self.loop = loop
        self.plan = plan
        self.log = log
        self.server = server
        self.service = service
        self.readiness = readiness
    }

    /// The number of connected clients.
    var connectionCount: Int { server.connectionCount }

    /// Reports the server as not ready, and shuts it down after the drain delay. Beginning twice does nothing.
    func beginDelayed() {
        guard !hasBegun else { return }
        guard plan.drainDelay > .zero else { return begin() }
        announce()
        log.info("coglet", "Draining: the port closes after the delay", ["delay": .string("\(plan.drainDelay)")])
        server.endConnections()
        after(plan.drainDelay) { $0.begin() }
    }

    /// Accepts no new connections and lets the predictions finish. Ends a drain delay; otherwise, beginning twice does
    /// nothing.
    func begin() {
        guard closedPortAt == nil else { return }
        announce()
        closedPortAt = Clock.monotonic
        log.info("coglet", "Shutting down")
        server.drain()
        service.whenIdle { [weak self] in self?.close() }
        after(plan.grace) { $0.graceEnded() }
        if service.isIdle { close() }
    }

    private func announce() {
        hasBegun = true
        readiness?.withdraw()
    }

    private func graceEnded() {
        guard !isClosing else { return }
        log.warning(
            "coglet", "Predictions were still running at the end of the shutdown's grace; they fail now",
            ["grace": .string("\(plan.grace)"), "predictions": .raw("\(service.runCount)")])
        service.cutOff()
        // A process that the kernel is blocking (a driver, a dead network disk) can't even be killed.
        after(ShutdownPlan.deathTime) { $0.service.cutOffRest() }
    }

    /// No prediction is running any more.
    private func close() {
        guard !isClosing, let closedPortAt else { return }
        isClosing = true
        let times = plan.closing(at: Clock.monotonic - closedPortAt)
        service.close(within: times.worker) { [weak self] in self?.ended(.worker) }
        service.drainWebhooks(within: times.webhooks) { [weak self] in self?.ended(.webhooks) }
        if server.connectionCount == 0 {
            ended(.connections)
        } else {
            server.onDrained = { [weak self] in self?.ended(.connections) }
            after(times.answers) { $0.ended(.connections) }
        }
        after(times.total) { $0.stop() }
    }

    /// Calls `body` after a delay.
    private func after(_ time: Duration, _ body: @escaping (Shutdown) -> Void) {
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [weak self] in
                if let self { body(self) }
            }
            timer.start(after: time)
            timers.append(timer)
        } catch {
            log.error("coglet", "no timer for the shutdown: \(error)")
            body(self)
        }
    }

    private func ended(_ part: Part) {
        guard remaining.remove(part) != nil, remaining.isEmpty else { return }
        // Last, because all of the others make spans. If it takes too long, the overall time limit ends it.
        telemetry.finish { [self] in stop() }
    }

    private func stop() {
        telemetry.close()
        loop.stop()
    }
}

@available(*, unavailable)
extension Shutdown: Sendable {}

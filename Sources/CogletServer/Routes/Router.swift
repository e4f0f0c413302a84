import EventLoop
import Glibc
import HTTPServer
import JSON
import Predictions

/// Leads requests to what answers them.
final class Router: HTTPHandler {
    private let options: ServerOptions
    private let service: PredictionService
    private let predictions: PredictionRoutes
    private let onShutdown: () -> Void
    private var hasMarkedReady = false
    private var log: Log { service.log }

    init(options: ServerOptions, service: PredictionService, onShutdown: @escaping () -> Void) {
        self.options = options
        self.service = service
        self.onShutdown = onShutdown
        predictions = PredictionRoutes(service: service)
    }

    // MARK: - HTTPHandler

    func receivedHead(_ head: RequestHead) -> HeadAction {
        guard let route = Route(path: head.path), belongs(route) else { return .refuse(Answers.notFound) }
        guard route.allows(head.method) else { return .refuse(Answers.wrongMethod(route)) }
        switch route {
        case .predictions, .prediction:
            if head.method == .post || head.method == .put,
                let type = head.field("content-type"), !Preferences.isJSON(contentType: type.string)
            {
                return .refuse(Answers.unsupportedType)
            }
            return .accept()
        default: return .accept()
        }
    }

    func received(_ request: Request, on exchange: Exchange) {
        guard let route = Route(path: request.head.path) else {
            exchange.respond(Answers.notFound)
            return
        }
        switch route {
        case .predictions(let isTraining):
            predictions.create(request, on: exchange, id: nil, isTraining: isTraining)
        case .prediction(let id, let isTraining):
            guard let id = id.text else {
                exchange.respond(Answers.badID)
                return
            }
            if request.head.method == .put {
                predictions.create(request, on: exchange, id: id, isTraining: isTraining)
            } else {
                predictions.show(id, on: exchange)
            }
        case .cancel(let id, _): cancel(id, on: exchange)
        case .healthCheck: healthCheck(on: exchange)
        case .root: exchange.respond(.json(discovery))
        case .document: exchange.respond(service.supervisor.facts?.document.map { .json($0) } ?? Answers.noDocument)
        case .docs: exchange.respond(DocsPage.response)
        case .metrics: exchange.respond(ServerMetrics.response(of: service))
        case .shutdown:
            exchange.respond(Answers.empty)
            onShutdown()
        }
    }

    /// The access log.
    func answering(_ head: RequestHead?, status: Int, after time: Duration) {
        let request = head.map { "\($0.method.description) \($0.target.string)" } ?? "a request that is no HTTP/1.1"
        log.debug(
            "coglet::access", request,
            ["status": .raw("\(status)"), "milliseconds": .raw("\(time / .milliseconds(1))")])
    }

    /// The routes of trainings are there in train mode, those of predictions otherwise.
    private func belongs(_ route: Route) -> Bool {
        switch route {
        case .predictions(let isTraining), .prediction(_, let isTraining): isTraining == (options.mode == .train)
        default: true
        }
    }

    // MARK: - Small answers

    private func cancel(_ id: Route.PathID, on exchange: Exchange) {
        guard let id = id.text else {
            exchange.respond(Answers.badID)
            return
        }
        guard let running = service.running(id) else {
            exchange.respond(Answers.unknownPrediction)
            return
        }
        exchange.respond(Answers.empty)
        service.cancel(running)
    }

    private var discovery: [UInt8] {
        var members = [
            ("cog_version", options.sdkVersion), ("docs_url", "/docs"), ("healthcheck_url", "/health-check"),
            ("openapi_url", "/openapi.json"), ("predictions_cancel_url", "/predictions/{prediction_id}/cancel"),
            ("predictions_idempotent_url", "/predictions/{prediction_id}"), ("predictions_url", "/predictions"),
            ("shutdown_url", "/shutdown"),
        ]
        if service.supervisor.facts?.documentFacts?.hasTraining == true {
            members += [
                ("trainings_cancel_url", "/trainings/{training_id}/cancel"),
                ("trainings_idempotent_url", "/trainings/{training_id}"), ("trainings_url", "/trainings"),
            ]
        }
        var body: [UInt8] = []
        for (index, member) in members.enumerated() {
            body.append(UInt8(ascii: index == 0 ? "{" : ","))
            appendJSONString(member.0, to: &body)
            body.append(UInt8(ascii: ":"))
            appendJSONString(member.1, to: &body)
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    // MARK: - Health

    private func healthCheck(on exchange: Exchange) {
        guard let facts = service.supervisor.facts else {
            exchange.respond(healthAnswer(problem: nil))
            return
        }
        markReady()
        guard facts.hasHealthCheck, let checks = service.healthChecks else {
            exchange.respond(healthAnswer(problem: nil))
            return
        }
        checks.ask { [self] problem in exchange.respond(healthAnswer(problem: problem)) }
    }

    private func healthAnswer(problem: String?) -> Response {
        let health: Health
        switch service.supervisor.phase {
        case .starting: health = .starting
        case .setupFailed: health = .setupFailed
        case .defunct: health = .defunct
        case .ready: health = problem != nil ? .unhealthy : service.freeSlots > 0 ? .ready : .busy
        }
        let report = HealthReport(
            health: health, setup: service.supervisor.setup,
            versions: [
                ("coglet", Coglet.version), ("git_sha", "unknown"), ("build_time", "unknown"),
                ("python_sdk", options.sdkVersion), ("python", options.pythonVersion),
            ], problem: health == .unhealthy ? problem : nil)
        return .json(report.body)
    }

    /// Kubernetes looks at a file to learn that the model is ready.
    private func markReady() {
        guard options.isInKubernetes, !hasMarkedReady else { return }
        hasMarkedReady = true
        service.loop.submit {
            for path in ["/var/run", "/var/run/cog"] { mkdir(path, 0o755) }
            let descriptor = open("/var/run/cog/ready", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
            if descriptor >= 0 { close(descriptor) }
            return descriptor >= 0
        } then: { [log] hasSucceeded in
            if !hasSucceeded { log.warning("coglet", "can't create /var/run/cog/ready") }
        }
    }
}

@available(*, unavailable)
extension Router: Sendable {}

import HTTPServer
import Predictions
import Workers

/// Routes requests to their handlers.
final class Router: HTTPHandler {
    private let routes: [Route]
    private let root: PathPrefix?
    private let memory: MemoryKeeper
    private let log: Log
    private let crossOrigin: CrossOrigin
    private let access: Access
    private let metrics: HTTPMetrics
    /// Nil if tracing is off.
    private let tracing: RequestSpans?

    /// Makes a router for these rows, also below the root in the settings.
    init(
        _ routes: [Route], _ metrics: HTTPMetrics, answers: RouteSettings, memory: MemoryKeeper, log: Log,
        tracing: RequestSpans?
    ) {
        root = answers.root
        crossOrigin = CrossOrigin(allowed: answers.allowedOrigins)
        access = Access(keys: answers.keys)
        self.routes = routes
        self.metrics = metrics
        self.tracing = tracing
        self.memory = memory
        self.log = log
    }

    func receivedHead(_ head: RequestHead) -> HeadAction {
        memory.requestArrived()
        let route = find(head.path)?.0
        let label = label(of: head, route)
        switch crossOrigin.verdict(on: head, route) {
        case .answer(let response): return .refuse(formed(response, route), label: label)
        case .accept(let fields):
            if var refusal = access.refusal(of: head, route).map({ formed($0, route) }) {
                refusal.fields += fields
                return .refuse(refusal, label: label)
            }
            switch decision(on: head, route) {
            case nil: return .accept(fields: fields, label: label)
            case .take: return .stream(takesCoded: false, fields: fields, label: label)
            case .refuse(let refusal):
                var response = formed(refusal, route)
                response.fields += fields
                return .refuse(response, label: label)
            }
        }
    }

    /// A refusal as the clients of the route know them.
    private func formed(_ response: Response, _ route: Route?) -> Response {
        route?.refusals.form(response) ?? response
    }

    private func label(of head: RequestHead, _ route: Route?) -> Int {
        let count = HTTPMetrics.label(route?.number ?? 0, head.method)
        guard let tracing, let route, route.handler.isTraced, head.method == .post || head.method == .put else {
            return count
        }
        return RequestLabel(count: count, span: tracing.began(head, route)).number
    }

    /// Nil for a request that is accepted with its body in memory.
    private func decision(on head: RequestHead, _ route: Route?) -> UploadIntake.Decision<Void>? {
        guard let route else { return .refuse(Answers.notFound) }
        guard route.methods.contains(head.method) else { return .refuse(Answers.wrongMethod(route)) }
        if route.takesJSON, head.method == .post || head.method == .put, let type = head.field("content-type"),
            !type.withUnsafeBytes(Preferences.isJSON)
        {
            return route.handler.decide(on: head, contentType: type.string)
        }
        return nil
    }

    func bodyReader(for head: RequestHead) -> (any BodyReader)? {
        head.method == .post || head.method == .put ? find(head.path)?.0.handler.bodyReader() : nil
    }

    func received(_ request: Request, on exchange: Exchange) {
        guard let (route, match) = find(request.head.path) else {
            exchange.respond(Answers.notFound)
            return
        }
        if let id = match.id, id.text == nil {
            exchange.respond(Answers.badID)
            return
        }
        route.handler.respond(to: request, id: match.id, on: exchange)
    }

    /// The access log.
    func answering(_ head: RequestHead?, status: Int, after time: Duration) {
        let request = head.map { "\($0.method.description) \($0.target.string)" } ?? "a request that is not HTTP/1.1"
        log.debug(
            "coglet::access", request,
            ["status": .raw("\(status)"), "milliseconds": .raw("\(time / .milliseconds(1))")])
    }

    func answered(_ report: AnswerReport) {
        let label = RequestLabel(report.label)
        metrics.count(report, as: label.count)
        tracing?.ended(label, status: report.status)
    }

    func abandoned(label: Int) {
        tracing?.ended(RequestLabel(label), status: nil)
    }

    private func find(_ path: HeadBytes) -> (Route, PathMatch)? {
        path.withUnsafeBytes { path in
            let path = root?.removed(from: path) ?? path
            for route in routes {
                if let match = route.match(path) { return (route, match) }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension Router: Sendable {}

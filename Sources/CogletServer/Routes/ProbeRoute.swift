import EventLoop
import HTTPServer
import JSON
import Predictions
import Serving
import Workers

/// `GET /livez`, `/startupz`, and `/readyz`, and the platforms' equivalents: the status says whether the probe passes,
/// and the body says why not.
final class ProbeRoute: RouteHandler {
    /// The form of the body.
    enum Form {
        /// The state of the model.
        case health
        /// A single member, `live` or `ready`, and the name of the model if the probe is about the model.
        case member(String, model: String? = nil)
    }

    private let probe: Probe
    private let form: Form
    private let service: PredictionService
    private let loop: EventLoop
    private let patience: Duration?
    private let isDraining: () -> Bool

    /// Makes a probe. The model's own health check must answer within `patience`, if that is given.
    init(
        _ probe: Probe, as form: Form = .health, _ service: PredictionService, on loop: EventLoop,
        patience: Duration? = nil, isDraining: @escaping () -> Bool
    ) {
        self.probe = probe
        self.form = form
        self.service = service
        self.loop = loop
        self.patience = patience
        self.isDraining = isDraining
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        // The others don't depend on the model's own health check.
        guard probe == .ready, !isDraining(), service.condition == .ready, service.facts?.hasHealthCheck == true else {
            answer(problem: nil, exchange)
            return
        }
        guard let patience else {
            service.checkHealthForProbe { [self] problem in answer(problem: problem, exchange) }
            return
        }
        let wait = ProbeWait(on: loop, atMost: patience) { [self] problem in answer(problem: problem, exchange) }
        service.checkHealthForProbe { wait.ended($0) }
    }

    private func answer(problem: String?, _ exchange: Exchange) {
        let answer = probe.answer(Health(service.status, problem: problem), problem: problem, isDraining: isDraining())
        exchange.respond(.json(form.body(of: answer), status: answer.status))
    }
}

extension ProbeRoute.Form {
    /// The body of a response.
    func body(of answer: Probe.Answer) -> [UInt8] {
        guard case .member(let member, let model) = self else { return answer.body }
        let passes = answer.status == 200
        var body = Array("{".utf8)
        if let model {
            body.append(contentsOf: #""name":"#.utf8)
            appendJSONString(model, to: &body)
            body.append(UInt8(ascii: ","))
        }
        body.append(contentsOf: #""\#(member)":\#(passes)"#.utf8)
        if !passes {
            body.append(contentsOf: #","error":"#.utf8)
            appendJSONString(PlatformAnswers.text(of: .segment(.bytes(answer.body))), to: &body)
        }
        return body + Array("}".utf8)
    }
}

/// Waits for the model's own health check, up to a limit.
private final class ProbeWait {
    private var timer: Timer?
    private var completion: ((String?) -> Void)?

    init(on loop: EventLoop, atMost patience: Duration, _ completion: @escaping (String?) -> Void) {
        self.completion = completion
        // Without a timer, the check's own limit applies.
        timer = try? Timer(on: loop) { [weak self] in
            self?.ended("The model's health check did not answer within \(patience / .seconds(1)) s")
        }
        timer?.start(after: patience)
    }

    func ended(_ problem: String?) {
        timer?.close()
        timer = nil
        let completion = completion
        self.completion = nil
        completion?(problem)
    }
}

extension Health {
    /// The model's health. `problem` is what its own health check reported.
    init(_ status: Status, problem: String?) {
        self =
            switch status.condition {
            case .starting: .starting
            case .setupFailed: .setupFailed
            case .defunct: .defunct
            case .ready: problem != nil ? .unhealthy : status.freeSlots > 0 ? .ready : .busy
            }
    }
}

@available(*, unavailable)
extension ProbeRoute: Sendable {}

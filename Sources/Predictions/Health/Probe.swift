internal import JSON

/// A question from an orchestrator or a load balancer, which only examines the response's status.
public enum Probe: String, CaseIterable, Sendable {
    /// Would a restart of the server help?
    case live = "/livez"
    /// Has the model been set up?
    case startup = "/startupz"
    /// Should requests be sent here?
    case ready = "/readyz"

    /// An answer: 200 if the probe passes, otherwise 503.
    public struct Answer: Equatable, Sendable {
        /// The HTTP status.
        public let status: Int
        /// A JSON object that gives the reason.
        public let body: [UInt8]
    }

    /// Answers the probe.
    ///
    /// - Parameters:
    ///   - health: the state of the model.
    ///   - problem: what the model's own health check reported, if that makes the model unhealthy.
    ///   - isDraining: whether the server is shutting down.
    public func answer(_ health: Health, problem: String? = nil, isDraining: Bool) -> Answer {
        let reason = reason(health, problem, isDraining)
        var body: [UInt8] = []
        if let reason {
            body.append(#"{"error":"#)
            appendJSONString(reason, to: &body)
            body.append(#","status":"failed","#)
        } else {
            body.append(#"{"status":"ok","#)
        }
        body.append(contentsOf: #""health":"\#(isDraining ? "DRAINING" : health.rawValue)"}"#.utf8)
        return Answer(status: reason == nil ? 200 : 503, body: body)
    }

    /// Why the probe fails; nil if it passes.
    private func reason(_ health: Health, _ problem: String?, _ isDraining: Bool) -> String? {
        if isDraining { return self == .ready ? "The server is shutting down" : nil }
        switch health {
        case .ready, .busy: return nil
        case .setupFailed:
            return "Setup failed and only a restart can help: GET /health-check shows the logs in setup.logs"
        case .defunct:
            return "Workers keep dying before they are ready: GET /health-check shows the logs in setup.logs"
        case .starting:
            return self == .live ? nil : "Setup has not finished yet"
        case .unhealthy:
            return self == .ready ? problem ?? "The model's own health check says that it is unhealthy" : nil
        }
    }
}

package import ModelSchema
import ToolBasics

/// A prediction or a training that can't be made, or that failed.
package enum PredictionFailure: CommandFailure {
    case setupFailed
    /// What the server runs in, and the status in its health that no server has.
    case unexpectedHealth(server: String, status: String)
    case serverEnded(String)
    case setupTimeout(Duration)
    /// The request got no answer.
    case unreachable(ModelDocument.Kind, port: Int, any Error)
    case status(ModelDocument.Kind, Int)
    /// What the server said about the inputs.
    case rejected(String)
    case notAnObject
    case noStream
    case streamEnded
    /// The status of the prediction, and its error.
    case failed(status: String, error: String)
    case noDocument(any Error)

    package var description: String {
        switch self {
        case .setupFailed: "Model setup failed, its output is above"
        case .unexpectedHealth(let server, let status): "\(server) healthcheck returned unexpected status: \(status)"
        case .serverEnded(let server): "\(server) exited unexpectedly"
        case .setupTimeout(let limit):
            "Timed out: setup() took more than \(limit.components.seconds) s. Its output is above"
        case .unreachable(let kind, let port, let error):
            "Failed to run prediction: Failed to POST HTTP request to http://localhost:\(port)/\(kind.rawValue): \(error)"
        case .status(let kind, let status):
            "Failed to run prediction: /\(kind.rawValue) call returned status \(status)"
        case .rejected(let text): text
        case .notAnObject: "Failed to run prediction: the answer is not a JSON object"
        case .noStream: "Failed to run prediction: the server didn't answer with an event stream"
        case .streamEnded: "Failed to run prediction: the event stream ended early"
        case .failed(let status, let error): "Prediction failed with status \"\(status)\": \(error)"
        case .noDocument(let error): "Failed to get the OpenAPI document from the server: \(error)"
        }
    }

    package var hint: String? {
        if case .setupTimeout = self { "Allow it more time with --setup-timeout SECONDS" } else { nil }
    }
}

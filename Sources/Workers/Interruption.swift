/// Why a model is asked to stop a prediction.
public enum Interruption: Equatable, Sendable {
    case canceled
    case timedOut
}

internal import Predictions
public import WorkerProtocol

/// How the pool starts its workers, and when it replaces them.
public struct PoolSettings: Sendable {
    /// What the workers do.
    public enum Mode: String, Sendable {
        case predict, train
    }

    /// What a worker's process runs.
    public struct Program: Sendable {
        /// The program `coglet-worker`.
        public var executable = ""
        /// The path of libpython.
        public var library = ""
        /// The path of the interpreter.
        public var interpreter = ""
        /// How the model's own spans are made: a JSON object with the keys of `TracingKey`. Nil while tracing is off.
        public var tracing: String?
    }

    /// How many workers there are.
    public var workers = 1
    /// How workers come into being.
    public var start = WorkerStart.spawn
    /// Whether one more worker is set up in advance, to take the place of one that dies.
    public var keepsStandby = false
    /// What a worker's process runs.
    public var program = Program()
    /// The model, such as `predict.py:Runner`.
    public var reference = ""
    /// What the workers do.
    public var mode = Mode.predict
    /// The GPUs that this server may use, as `CUDA_VISIBLE_DEVICES` names them.
    public var devices: [String] = []
    /// How many files a worker may have open; it may raise that itself up to the hard limit.
    public var descriptorLimit = 1024
    /// How long a setup may take; nil for ever.
    public var setupTimeout: Duration?
    /// Setups of a worker that die in a row before the model is reported as defunct.
    public var failureLimit = RestartPolicy.defaultLimit
    /// Whether the steps of a setup stand in its log, besides what the model prints.
    public var logsSteps = true
    /// When workers are recycled.
    public var recycling = Recycling.Limits()

    /// One worker and no limits.
    public init() {}

    /// Whether workers are forked, if that is possible.
    public var forksWorkers: Bool {
        start != .spawn
    }

    /// How many processes there are at most, those included that run no predictions.
    public var processes: Int { max(1, workers) + (forksWorkers ? 1 : 0) + (keepsStandby ? 1 : 0) }
}

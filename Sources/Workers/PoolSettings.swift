internal import Predictions
public import WorkerProtocol

/// How the pool starts its workers, and when it replaces them.
public struct PoolSettings: Sendable {
    /// The workers' task.
    public enum Mode: String, Sendable {
        case predict, train
    }

    /// The program that a worker's process runs.
    public struct Program: Sendable {
        /// The program `coglet-worker`.
        public var executable = ""
        /// The path of libpython.
        public var library = ""
        /// The path of the interpreter.
        public var interpreter = ""
        /// How the model's own spans are made: a JSON object with the keys of `TracingKey`. Nil if tracing is off.
        public var tracing: String?
    }

    /// The number of workers.
    public var workers = 1
    /// How workers are created.
    public var start = WorkerStart.spawn
    /// Whether an additional worker is set up in advance, to replace one that dies.
    public var keepsStandby = false
    /// The program that a worker's process runs.
    public var program = Program()
    /// The model, such as `predict.py:Runner`.
    public var reference = ""
    /// The workers' task.
    public var mode = Mode.predict
    /// The GPUs that this server may use, in the form of `CUDA_VISIBLE_DEVICES`.
    public var devices: [String] = []
    /// The soft limit of a worker's open files; the worker may raise it up to the hard limit.
    public var descriptorLimit = 1024
    /// The time limit of a setup; nil for none.
    public var setupTimeout: Duration?
    /// The number of consecutive deaths in setup after which the model is reported as defunct.
    public var failureLimit = RestartPolicy.defaultLimit
    /// Whether the setup log contains the steps of the setup in addition to what the model prints.
    public var logsSteps = true
    /// When workers are recycled.
    public var recycling = Recycling.Limits()

    /// One worker and no limits.
    public init() {}

    /// Whether workers are forked if possible.
    public var forksWorkers: Bool {
        start != .spawn
    }

    /// The maximum number of processes, including those that run no predictions.
    public var processes: Int { max(1, workers) + (forksWorkers ? 1 : 0) + (keepsStandby ? 1 : 0) }
}

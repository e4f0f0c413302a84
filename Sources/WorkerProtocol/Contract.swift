/// What the server and the worker agree on, besides frames. The worker's Python side has the same constants in
/// `python/cog/_worker/frames.py`; a test compares them.

/// The descriptors that the server leaves open for the worker.
public enum WorkerDescriptors {
    /// Predictions and everything that belongs to them.
    public static let work: Int32 = 3
    /// Messages that must arrive while the model runs.
    public static let control: Int32 = 4
    /// The memory behind ``SharedMemory``. The descriptor's offset is at the end of that memory, where
    /// ``LastWordsText`` is written.
    public static let sharedMemory: Int32 = 5

    /// The worker's descriptors 0, 1, 2, …. Descriptor 0 is /dev/null (nil), so a model that reads its standard input
    /// finds it empty.
    public static func table(
        output: Int32, error: Int32, work: Int32, control: Int32, memory: Int32
    ) -> [Int32?] {
        [nil, output, error, work, control, memory]
    }
}

/// The names of the worker's arguments; all are required.
public enum WorkerArgument {
    /// The path of libpython.
    public static let library = "--libpython"
    /// The path of the interpreter.
    public static let program = "--python"
    /// A JSON object with the keys of ``SettingKey``.
    public static let settings = "--settings"
    /// How many files the model's process may have open, because the server has raised its own limit.
    public static let descriptorLimit = "--descriptor-limit"
}

/// The environment variables that differ between workers.
public enum WorkerVariable {
    /// The worker's place in the pool, counted from 0.
    public static let index = "COG_WORKER_INDEX"
    /// `0`: the worker sleeps immediately when it is idle. Set by the operator.
    public static let polling = "COG_WORKER_POLLING"
    /// The `traceparent` for the setup of a forked worker that sets the model up itself. The model doesn't see the
    /// variable.
    public static let setupTrace = "TRACEPARENT"
    /// The folder for the worker's temporary files.
    public static let temporaryFolder = "TMPDIR"
    /// The GPUs that the worker may use.
    public static let devices = "CUDA_VISIBLE_DEVICES"
}

/// Keys of the settings that a worker is started with.
public enum SettingKey {
    /// The model, such as `predict.py:Runner`.
    public static let reference = "reference"
    /// `predict` or `train`.
    public static let mode = "mode"
    /// What the process becomes: a ``WorkerStart``.
    public static let start = "start"
    /// How the model's own spans are made: an object with the keys of ``TracingKey``; absent if tracing is off.
    public static let tracing = "tracing"
    /// The `traceparent` of the setup; absent if tracing is off.
    public static let setupTrace = "setup_trace"
}

/// Keys that describe how the model's own spans are made.
public enum TracingKey {
    /// Whether the worker creates the provider that exports spans; otherwise only the image's `telemetry.py` does.
    public static let exports = "exports"
    /// Whether the image has a `telemetry.py`.
    public static let isCustom = "custom"
    /// The URL that spans are sent to.
    public static let endpoint = "endpoint"
    /// The sampler's name.
    public static let sampler = "sampler"
    /// The sampler's ratio.
    public static let ratio = "ratio"
    /// The timeout of a request to the collector, in seconds.
    public static let timeout = "timeout"
    /// The attributes of the resource.
    public static let resource = "resource"
    /// A line for the setup log; absent if there is none.
    public static let notice = "notice"
}

/// How the pool's workers are created.
public enum WorkerStart: String, Sendable, CaseIterable {
    /// Each worker is a new process that sets the model up.
    case spawn
    /// Workers are forked from a template that has set the model up.
    case fork
    /// Workers are forked from a template that has imported the model; they set it up themselves.
    case forkAfterImport = "fork-after-import"
}

/// Keys of the `meta` of a ``PredictFrame``; keys that don't apply are absent.
public enum MetaKey {
    /// An object of strings, for `current_scope().context`.
    public static let context: StaticString = "context"
    /// An object that maps a JSON pointer without its leading slash to the path of the file.
    public static let files: StaticString = "files"
    /// Present if somebody follows the output.
    public static let events: StaticString = "events"
    /// `traceparent` and `tracestate` of the request, or of the call if tracing is on.
    public static let trace: StaticString = "trace"
    /// Present if the call's spans are recorded and the server wants a ``FrameKind/times`` frame.
    public static let times: StaticString = "times"
}

/// Keys of a ``FrameKind/ready`` frame.
public enum ReadyKey {
    /// The number of predictions that the worker runs concurrently.
    public static let concurrency = "concurrency"
    /// Whether the model has its own health check.
    public static let healthCheck = "healthcheck"
    /// Where an input may contain files.
    public static let files = "files"
    /// For a batched model, an object with the keys of ``BatchKey``.
    public static let batch = "batch"
    /// The OpenAPI document.
    public static let schema = "schema"
    /// The document that inputs are checked against, if it differs.
    public static let checks = "checks"
}

/// Keys that describe what a batched model asks for.
public enum BatchKey {
    /// The maximum number of predictions that one call answers.
    public static let maxSize = "max_size"
    /// How many seconds the first prediction waits for others.
    public static let maxWait = "max_wait"
}

/// Keys of a ``FrameKind/batchFailed`` frame.
public enum BatchFailureKey {
    /// The tokens of the predictions that the call hasn't ended.
    public static let tokens = "tokens"
    /// The error, in the form of a prediction's `error`.
    public static let error = "error"
    /// The traceback as log text.
    public static let traceback = "traceback"
}

/// Keys of a ``FrameKind/times`` frame. Times are pairs of nanoseconds since 1970.
public enum TimesKey {
    /// The time of the call, including the conversion of its input.
    public static let call = "call"
    /// The time of the conversion.
    public static let conversion = "conversion"
    /// The class of the exception that the call raised; absent if it didn't raise.
    public static let error = "error"
    /// The text of the exception.
    public static let message = "message"
    /// The traceback as text.
    public static let traceback = "traceback"
}

/// Keys of a ``FrameKind/metric`` frame.
public enum MetricKey {
    /// How the value combines with earlier values of the same name.
    public static let mode = "mode"
    /// The metric's name, with dots for nesting.
    public static let name = "name"
    /// The metric's value.
    public static let value = "value"
}

/// What the worker writes about its own end, behind the ``SharedMemory``; faulthandler also writes there.
public enum LastWordsText {
    /// The start of the line that says which exception ended the interpreter.
    public static let exception = "Uncaught exception: "
    /// The line that says that the worker ended because the channel was closed.
    public static let channelClosed = "Channel closed"
    /// The worker's exit status if it can't send any more; 0 if it has nothing to send (sysexits.h, EX_IOERR).
    public static let channelClosedStatus: Int32 = 74
    /// How many bytes are read, counted from the end.
    public static let limitBytes = 64 * 1024
}

/// Time limits that both sides use.
public enum WorkerTime {
    /// The time limit of the model's health check.
    public static let healthCheck = Duration.seconds(5)
}

/// Signals that the worker uses.
public enum WorkerSignal {
    /// The offset from `SIGRTMIN` of the signal that interrupts a synchronous prediction; models use SIGUSR1 and
    /// SIGUSR2 themselves.
    public static let cancelAboveRealTimeMinimum: Int32 = 5
}

/// What the server and the worker agree on besides frames. The worker's Python side has the same constants in
/// `python/cog/_worker/frames.py`; a test compares them.

/// The descriptors that the server leaves open for the worker.
public enum WorkerDescriptors {
    /// Predictions, and everything that belongs to them.
    public static let work: Int32 = 3
    /// What must arrive while the model runs.
    public static let control: Int32 = 4
    /// The memory behind ``SharedMemory``. Its position stands behind that, where ``LastWordsText`` is written.
    public static let sharedMemory: Int32 = 5

    /// What the worker's descriptors 0, 1, 2, … are. Descriptor 0 is /dev/null, which nil stands for: a model that reads its
    /// input finds it empty.
    public static func table(
        output: Int32, error: Int32, work: Int32, control: Int32, memory: Int32
    ) -> [Int32?] {
        [nil, output, error, work, control, memory]
    }
}

/// The names of the worker's arguments, all of which are required.
public enum WorkerArgument {
    /// The path of libpython.
    public static let library = "--libpython"
    /// The path of the interpreter.
    public static let program = "--python"
    /// A JSON object with the keys of ``SettingKey``.
    public static let settings = "--settings"
    /// How many files the model's process may have open; the server has raised its own limit.
    public static let descriptorLimit = "--descriptor-limit"
}

/// The environment variables that tell workers apart.
public enum WorkerVariable {
    /// The worker's place in the pool, counted from 0.
    public static let index = "COG_WORKER_INDEX"
    /// `0`: the worker sleeps at once when it has nothing to do. Set by the operator.
    public static let polling = "COG_WORKER_POLLING"
    /// The `traceparent` of the setup of a forked worker that sets the model up itself. The model doesn't see it.
    public static let setupTrace = "TRACEPARENT"
    /// Where the worker keeps its temporary files.
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
    /// What the process is to become: a ``WorkerStart``.
    public static let start = "start"
    /// How the model's own spans are made, an object with the keys of ``TracingKey``; missing while tracing is off.
    public static let tracing = "tracing"
    /// The `traceparent` of the setup; missing while tracing is off.
    public static let setupTrace = "setup_trace"
}

/// Keys of how the model's own spans are made.
public enum TracingKey {
    /// Whether the worker makes the provider that exports them; else only the image's `telemetry.py` does.
    public static let exports = "exports"
    /// Whether the image has a `telemetry.py`.
    public static let isCustom = "custom"
    /// Where they are sent to.
    public static let endpoint = "endpoint"
    /// The sampler's name.
    public static let sampler = "sampler"
    /// The sampler's ratio.
    public static let ratio = "ratio"
    /// How many seconds a request to the collector may take.
    public static let timeout = "timeout"
    /// The attributes of the resource.
    public static let resource = "resource"
    /// A line for the log of the setup; missing for none.
    public static let notice = "notice"
}

/// How the workers of a pool come into being.
public enum WorkerStart: String, Sendable, CaseIterable {
    /// Each is a new process, which sets the model up.
    case spawn
    /// They are forked from a template that has set the model up.
    case fork
    /// They are forked from a template that has imported the model, and set it up themselves.
    case forkAfterImport = "fork-after-import"
}

/// Keys of the `meta` of a ``PredictFrame``; a key that doesn't apply is missing.
public enum MetaKey {
    /// An object of strings, for `current_scope().context`.
    public static let context: StaticString = "context"
    /// JSON pointer without the leading slash → path of the file.
    public static let files: StaticString = "files"
    /// Present when somebody follows the output.
    public static let events: StaticString = "events"
    /// `traceparent` and `tracestate` of the request, or of the call while tracing is on.
    public static let trace: StaticString = "trace"
    /// Present when the call's spans are recorded: a ``FrameKind/times`` frame is wanted.
    public static let times: StaticString = "times"
}

/// Keys of a ``FrameKind/ready`` frame.
public enum ReadyKey {
    /// How many predictions the worker runs at a time.
    public static let concurrency = "concurrency"
    /// Whether the model has a health check of its own.
    public static let healthCheck = "healthcheck"
    /// Where files stand in an input.
    public static let files = "files"
    /// Of a batched model, an object with the keys of ``BatchKey``.
    public static let batch = "batch"
    /// The OpenAPI document.
    public static let schema = "schema"
    /// The document that inputs are checked with, where it differs.
    public static let checks = "checks"
}

/// Keys of what a batched model asks for.
public enum BatchKey {
    /// How many predictions one call answers at most.
    public static let maxSize = "max_size"
    /// How many seconds the first of them waits for others.
    public static let maxWait = "max_wait"
}

/// Keys of a ``FrameKind/batchFailed`` frame.
public enum BatchFailureKey {
    /// The tokens of the predictions that the call has not ended.
    public static let tokens = "tokens"
    /// The error as a prediction's `error` would be.
    public static let error = "error"
    /// The traceback as text of a log.
    public static let traceback = "traceback"
}

/// Keys of a ``FrameKind/times`` frame. Times are pairs of nanoseconds since 1970.
public enum TimesKey {
    /// The call, with the conversion of its input.
    public static let call = "call"
    /// The conversion.
    public static let conversion = "conversion"
    /// The class of the exception that it has raised; missing if it hasn't.
    public static let error = "error"
    /// The text of the exception.
    public static let message = "message"
    /// The traceback as text.
    public static let traceback = "traceback"
}

/// Keys of a ``FrameKind/metric`` frame.
public enum MetricKey {
    /// How it joins earlier values of its name.
    public static let mode = "mode"
    /// Its name, with dots for depth.
    public static let name = "name"
    /// Its value.
    public static let value = "value"
}

/// What the worker writes about its own end, behind the ``SharedMemory``; faulthandler writes there too.
public enum LastWordsText {
    /// The start of the line that says which exception has ended the interpreter.
    public static let exception = "Uncaught exception: "
    /// The line that says that the worker has ended because the channel was closed.
    public static let channelClosed = "Channel closed"
    /// The status with which the worker ends when it can't send any more; 0 if it has nothing to send (sysexits.h, EX_IOERR).
    public static let channelClosedStatus: Int32 = 74
    /// How many bytes of it are read, from its end.
    public static let limitBytes = 64 * 1024
}

/// Times that both sides keep.
public enum WorkerTime {
    /// What the model's health check has.
    public static let healthCheck = Duration.seconds(5)
}

/// Signals that the worker uses.
public enum WorkerSignal {
    /// How far the signal that interrupts a synchronous prediction lies above `SIGRTMIN`; models use SIGUSR1 and SIGUSR2
    /// themselves.
    public static let cancelAboveRealTimeMinimum: Int32 = 5
}

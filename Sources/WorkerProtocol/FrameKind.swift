/// What a frame between the server and the worker means.
///
/// The *work* channel carries predictions and everything that belongs to them. The *control* channel carries what must
/// arrive while the work channel is busy. The values are part of the wire format; server and worker come from the same
/// build.
public enum FrameKind: UInt8, Sendable {
    // Server to worker, work channel.

    /// Run a prediction; the content is a ``PredictFrame``.
    case predict = 1
    /// Answer the predictions in the content, a ``TokenList``, with one call of a batched model. Each was sent before
    /// in a ``predict`` frame; `token` is the first of them.
    case batch = 2
    /// In a template: fork a worker, whose descriptors come along. `token` identifies the order. The content is a JSON
    /// array of the environment variables that differ from the template's, as `NAME=value`.
    case fork = 3

    // Server to worker, control channel.

    /// Cancel the prediction that `token` names.
    case cancel = 16
    /// Run the model's health check; the answer has the same `token`.
    case healthCheck = 17
    /// Everything that the worker sent before the ``barrier`` with this `token` has been handled.
    case barrierReached = 18

    // Worker to server, work channel.

    /// Setup succeeded; the content is a JSON object that describes the model.
    case ready = 32
    /// Setup failed; the content is the error text.
    case setupFailed = 33
    /// Text of a prediction's log, or of none (`token` 0); `detail` is a ``LogSource``.
    case log = 34
    /// One chunk of output as JSON text.
    case output = 35
    /// One chunk of output that is a file. The content is its name; the open descriptor comes along.
    case outputFile = 36
    /// A metric was recorded; the content is JSON: mode, name, value.
    case metric = 37
    /// The prediction has ended. `detail` is a ``FinishDetail``; the content is the output or the error text.
    case finished = 38
    /// A call that was to answer several predictions has raised, so it is unknown which of them caused it. `token` is
    /// the first of the batch. The content is a JSON object: the `tokens` of those that haven't ended, `error`, and
    /// `traceback`.
    case batchFailed = 39
    /// The worker is a template from now on: it accepts only ``fork`` frames.
    case template = 40
    /// The worker can't become a template; the content says why. It continues as an ordinary worker.
    case templateRefused = 41
    /// A template has carried out the order `token`. The content, in decimal digits, is the id of the new process, or
    /// the negative number of the error that prevented it.
    case forked = 42
    /// Asks the server to report when it has handled everything sent before; the answer has the same `token`.
    case barrier = 43

    /// When a call of the model, or the setup (`token` 0), took place; the content is a JSON object. It precedes the
    /// end of the prediction or of the setup.
    case times = 44

    // Worker to server, control channel.

    /// The answer to ``healthCheck``: empty if healthy, otherwise the problem.
    case health = 48
}

/// The stream that log text was written to.
public enum LogSource: UInt8, Sendable {
    case standardOutput = 1
    case standardError = 2
}

/// How a prediction ended, and what the content of its ``FrameKind/finished`` frame is.
public struct FinishDetail: OptionSet, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt8
    /// Makes flags from the bits on the wire.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The model raised; the content is the error text.
    public static let failed = FinishDetail(rawValue: 1)
    /// The prediction ended because of a cancel from the server; the content is empty.
    public static let canceled = FinishDetail(rawValue: 2)
    /// The content is the output (or, with ``list``, all chunks as one JSON array) as JSON text.
    public static let inline = FinishDetail(rawValue: 4)
    /// The model returned a list, a tuple, or a generator: the output is an array of its chunks.
    public static let list = FinishDetail(rawValue: 8)
    /// All defined flags.
    public static let all: FinishDetail = [.failed, .canceled, .inline, .list]
}

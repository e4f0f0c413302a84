/// What a frame between the server and the worker says.
///
/// The *work* channel carries predictions and everything that belongs to them; the *control* channel what must
/// arrive while the work channel is busy. Values are part of the wire format; server and worker come from one build.
public enum FrameKind: UInt8, Sendable {
    // Server to worker, work channel.

    /// A prediction to run; its content is a ``PredictFrame``.
    case predict = 1
    /// One call of a batched model is to answer the predictions in the content, a ``TokenList``. Each was sent before in
    /// a ``predict`` frame; `token` is the first of them.
    case batch = 2
    /// A template is to fork a worker, whose descriptors come along; `token` names the order. The content is a JSON array of the
    /// environment variables by which the worker differs from the template, as `NAME=value`.
    case fork = 3

    // Server to worker, control channel.

    /// Cancel the prediction that `token` names.
    case cancel = 16
    /// Run the model's health check; `token` comes back with the answer.
    case healthCheck = 17
    /// Everything that the worker had sent before the ``barrier`` that `token` names has been handled.
    case barrierReached = 18

    // Worker to server, work channel.

    /// Setup succeeded; the content is a JSON object that describes the model.
    case ready = 32
    /// Setup failed; the content is the error text.
    case setupFailed = 33
    /// Text of a prediction's log, or of no prediction (`token` 0); `detail` is a ``LogSource``.
    case log = 34
    /// One chunk of output as JSON text.
    case output = 35
    /// One chunk of output that is a file; the content is its name, the open descriptor comes along.
    case outputFile = 36
    /// A metric was recorded; the content is JSON: mode, name, value.
    case metric = 37
    /// The prediction has ended; `detail` is a ``FinishDetail``, the content output or error text.
    case finished = 38
    /// A call that was to answer several predictions has raised, so nobody knows whose fault it was. `token` is the first
    /// of the batch; the content is a JSON object: `tokens` of those that have not ended, `error`, `traceback`.
    case batchFailed = 39
    /// The worker is a template from now on: it takes ``fork`` frames, and nothing else.
    case template = 40
    /// No template can be made of the worker; the content says why. It goes on as a worker like any other.
    case templateRefused = 41
    /// A template has carried out the order `token`. The content is the id of the new process in decimal digits, or the negative
    /// number of the error that prevented it.
    case forked = 42
    /// Asks the server to say when it has handled all that was sent before; `token` comes back with the answer.
    case barrier = 43

    /// When a call of the model took place, or the setup (`token` 0); the content is a JSON object. It comes before the end of
    /// the prediction, or of the setup.
    case times = 44

    // Worker to server, control channel.

    /// The answer to ``healthCheck``: empty when healthy, else the problem.
    case health = 48
}

/// The stream a piece of log text was written to.
public enum LogSource: UInt8, Sendable {
    case standardOutput = 1
    case standardError = 2
}

/// How a prediction ended and what the content of its ``FrameKind/finished`` frame is.
public struct FinishDetail: OptionSet, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt8
    /// The flags with these bits on the wire.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The model raised; the content is the error text.
    public static let failed = FinishDetail(rawValue: 1)
    /// The prediction ended by a cancel that the server had sent; the content is empty.
    public static let canceled = FinishDetail(rawValue: 2)
    /// The content is the output (or, with ``list``, all chunks as one JSON array) as JSON text.
    public static let inline = FinishDetail(rawValue: 4)
    /// The model gave a list, a tuple or a generator: the output is an array of its chunks.
    public static let list = FinishDetail(rawValue: 8)
    /// All flags that there are.
    public static let all: FinishDetail = [.failed, .canceled, .inline, .list]
}

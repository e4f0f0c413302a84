public import Predictions

/// Why a worker has ended.
///
/// A value: it is made from the ``Evidence`` alone.
public struct DeathCertificate: Equatable, Sendable {
    /// What a worker has died of; the raw value is the label of the metric.
    public enum Cause: String, CaseIterable, Sendable {
        /// A signal that has no other explanation.
        case signal
        /// The kernel's OOM killer.
        case outOfMemory = "out_of_memory"
        /// `os._exit`, or `exit` of C code.
        case exit
        /// `SystemExit` has ended the interpreter.
        case systemExit = "system_exit"
        /// Another exception has ended the interpreter.
        case exception
        /// A limit of the system was exceeded.
        case limit
        /// The setup took too long.
        case setupTimeout = "setup_timeout"
        /// The model ignored that a prediction had run into its time limit.
        case predictionTimeout = "prediction_timeout"
        /// The model ignored a cancel.
        case cancelIgnored = "cancel_ignored"
        /// The model has closed the worker's channel.
        case channelClosed = "channel_closed"
        /// The worker has said what makes no sense.
        case misbehavior
    }

    /// What is known about an end.
    struct Evidence: Equatable, Sendable {
        /// The exit code; meaningful when ``signal`` is 0.
        let status: Int
        /// The signal that ended it, or 0.
        let signal: Int32
        /// The server has sent it SIGKILL.
        var wasKilled = false
        /// Why it was told to end; nil if it wasn't.
        var reason: Lifecycle.Reason?
        /// What it had said or done that makes no sense, in words; nil if there was nothing of the kind.
        var fault: String?
        /// The kernel's OOM killer was at work.
        var isOutOfMemory = false
        /// How much memory the worker and the server may use; nil if that is unknown.
        var memoryLimitBytes: Int?
        /// What the worker has written about its end.
        var lastWords: LastWords?
        /// How much memory it had at most; nil if that is unknown.
        var peakMemoryBytes: Int?
        /// The last line that it has printed.
        var lastLine: String?
        /// The prediction that this line belongs to; nil for none.
        var lastLineOwner: RunID?

        /// What is known in any case.
        init(status: Int, signal: Int32) {
            self.status = status
            self.signal = signal
        }
    }

    /// What it has died of.
    public let cause: Cause
    /// What it has died of and how much memory it had, in one clause.
    public let text: String
    /// Where Python was, one line for each call, the innermost first; empty if that is unknown.
    public let calls: [String]
    /// How much memory it had at most; nil if that is unknown.
    public let peakMemoryBytes: Int?
    /// The last line that it has printed.
    public let lastLine: String?
    private let lastLineOwner: RunID?

    /// Decides from the evidence.
    init(_ evidence: Evidence) {
        let finding = Finding(evidence)
        cause = finding.cause
        calls = finding.words?.frames.map { "  File \"\($0.file)\", line \($0.line), in \($0.function)" } ?? []
        var text = finding.text
        if let place = finding.words?.frames.first {
            text += " at \(place.text)"
            if let model = finding.words?.modelFrame, model != place { text += ", called from \(model.text)" }
        }
        // What is found wrong after the death has not ended the worker, but it may explain the end.
        if let fault = evidence.fault, cause != .misbehavior { text += "; \(fault)" }
        if let peak = evidence.peakMemoryBytes { text += "; peak memory \(Self.size(peak))" }
        self.text = text
        peakMemoryBytes = evidence.peakMemoryBytes
        lastLine = evidence.lastLine
        lastLineOwner = evidence.lastLineOwner
    }

    /// The error of a prediction that the worker had begun. What another prediction has printed is not told.
    public func error(of run: RunID) -> String {
        guard let lastLine, lastLineOwner == run else { return "Worker crashed: \(text)" }
        return "Worker crashed: \(text); last output: \"\(lastLine)\""
    }

    /// What is added to the logs of a prediction that the worker had begun.
    public var logText: String {
        (["Worker crashed: \(text)"] + calls).joined(separator: "\n") + "\n"
    }

    static func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}

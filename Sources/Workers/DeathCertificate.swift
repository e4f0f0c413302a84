public import Predictions

/// Why a worker ended.
///
/// A value, derived only from the ``Evidence``.
public struct DeathCertificate: Equatable, Sendable {
    /// The cause of a worker's death; the raw value is the label of the metric.
    public enum Cause: String, CaseIterable, Sendable {
        /// A signal without another explanation.
        case signal
        /// The kernel's OOM killer.
        case outOfMemory = "out_of_memory"
        /// `os._exit`, or `exit` in C code.
        case exit
        /// `SystemExit` ended the interpreter.
        case systemExit = "system_exit"
        /// Another exception ended the interpreter.
        case exception
        /// A limit of the system was exceeded.
        case limit
        /// The setup took too long.
        case setupTimeout = "setup_timeout"
        /// The model ignored that a prediction had exceeded its time limit.
        case predictionTimeout = "prediction_timeout"
        /// The model ignored a cancel.
        case cancelIgnored = "cancel_ignored"
        /// The model closed the worker's channel.
        case channelClosed = "channel_closed"
        /// The worker sent invalid data.
        case misbehavior
    }

    /// What is known about a worker's end.
    struct Evidence: Equatable, Sendable {
        /// The exit code; meaningful when ``signal`` is 0.
        let status: Int
        /// The signal that ended it, or 0.
        let signal: Int32
        /// Whether the server sent SIGKILL.
        var wasKilled = false
        /// Why the worker was told to end; nil if it wasn't.
        var reason: Lifecycle.Reason?
        /// The invalid data or action that the worker was found to be guilty of, as text; nil if there was none.
        var fault: String?
        /// Whether the kernel's OOM killer was active.
        var isOutOfMemory = false
        /// The memory that the worker and the server may use; nil if unknown.
        var memoryLimitBytes: Int?
        /// What the worker has written about its end.
        var lastWords: LastWords?
        /// The worker's peak memory; nil if unknown.
        var peakMemoryBytes: Int?
        /// The last line that the worker printed.
        var lastLine: String?
        /// The prediction that this line belongs to; nil for none.
        var lastLineOwner: RunID?

        /// Makes evidence from what is always known.
        init(status: Int, signal: Int32) {
            self.status = status
            self.signal = signal
        }
    }

    /// The cause of death.
    public let cause: Cause
    /// The cause of death and the memory use, in one clause.
    public let text: String
    /// Python's call stack, one line per call, innermost first; empty if unknown.
    public let calls: [String]
    /// The worker's peak memory; nil if unknown.
    public let peakMemoryBytes: Int?
    /// The last line that the worker printed.
    public let lastLine: String?
    private let lastLineOwner: RunID?

    /// Draws the conclusion from the evidence.
    init(_ evidence: Evidence) {
        let finding = Finding(evidence)
        cause = finding.cause
        calls = finding.words?.frames.map { "  File \"\($0.file)\", line \($0.line), in \($0.function)" } ?? []
        var text = finding.text
        if let place = finding.words?.frames.first {
            text += " at \(place.text)"
            if let model = finding.words?.modelFrame, model != place { text += ", called from \(model.text)" }
        }
        // A fault found after the death didn't end the worker, but it may explain the end.
        if let fault = evidence.fault, cause != .misbehavior { text += "; \(fault)" }
        if let peak = evidence.peakMemoryBytes { text += "; peak memory \(Self.size(peak))" }
        self.text = text
        peakMemoryBytes = evidence.peakMemoryBytes
        lastLine = evidence.lastLine
        lastLineOwner = evidence.lastLineOwner
    }

    /// The error of a prediction that the worker had begun. It doesn't reveal what another prediction printed.
    public func error(of run: RunID) -> String {
        guard let lastLine, lastLineOwner == run else { return "Worker crashed: \(text)" }
        return "Worker crashed: \(text); last output: \"\(lastLine)\""
    }

    /// The text added to the logs of a prediction that the worker had begun.
    public var logText: String {
        (["Worker crashed: \(text)"] + calls).joined(separator: "\n") + "\n"
    }

    static func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}

internal import EventLoop
internal import Predictions

/// What the server learns about a worker for its ``DeathCertificate``. Bound to the loop.
struct Witness: ~Copyable {
    /// The last output of the worker.
    var output = OutputTail()
    /// The worker's fault, if any.
    var fault: WorkerFault?
    /// Whether the server sent SIGKILL.
    var wasKilled = false
    private var peak: PeakMemoryWatch?
    private var peakMemoryBytes: Int?

    /// Starts to watch a worker that was just started.
    mutating func started(_ process: Process, on loop: EventLoop) {
        peak = PeakMemoryWatch(on: loop, of: process.id)
    }

    /// Records the worker's peak memory, measured elsewhere.
    mutating func told(peakMemoryBytes: Int?) {
        self.peakMemoryBytes = peakMemoryBytes
    }

    /// The evidence after the worker's end. `lastWords` is what it left in its memory.
    func evidence(_ exit: Process.Exit, lastWords: [UInt8]) -> DeathCertificate.Evidence {
        var evidence = DeathCertificate.Evidence(status: exit.status, signal: exit.signal)
        evidence.wasKilled = wasKilled
        evidence.fault = fault.map { "\($0)" }
        // A model that enables faulthandler itself makes it print; so does the interpreter on a fatal error.
        evidence.lastWords = LastWords(reading: lastWords) ?? output.lastWords
        evidence.peakMemoryBytes = peakMemoryBytes ?? peak?.bytes
        evidence.lastLine = output.lastLine
        evidence.lastLineOwner = output.owner
        return evidence
    }

    /// Call this at the worker's end; the evidence is kept.
    func close() {
        peak?.close()
    }
}

@available(*, unavailable)
extension Witness: Sendable {}

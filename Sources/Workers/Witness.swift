internal import EventLoop
internal import Predictions

/// What the server learns about a worker for its ``DeathCertificate``. Bound to the loop.
struct Witness: ~Copyable {
    /// What the worker has printed last.
    var output = OutputTail()
    /// What it has done wrong, if it has.
    var fault: WorkerFault?
    /// The server has sent it SIGKILL.
    var wasKilled = false
    private var peak: PeakMemoryWatch?
    private var peakMemoryBytes: Int?

    /// Watches a worker that was just started.
    mutating func started(_ process: Process, on loop: EventLoop) {
        peak = PeakMemoryWatch(on: loop, of: process.id)
    }

    /// Somebody else has seen how large the worker was at most.
    mutating func told(peakMemoryBytes: Int?) {
        self.peakMemoryBytes = peakMemoryBytes
    }

    /// Puts together what is known once the worker has ended. `lastWords` is what it has left in its memory.
    func evidence(_ exit: Process.Exit, lastWords: [UInt8]) -> DeathCertificate.Evidence {
        var evidence = DeathCertificate.Evidence(status: exit.status, signal: exit.signal)
        evidence.wasKilled = wasKilled
        evidence.fault = fault.map { "\($0)" }
        // A model that enables faulthandler itself has it print; so does the interpreter when it gives up.
        evidence.lastWords = LastWords(reading: lastWords) ?? output.lastWords
        evidence.peakMemoryBytes = peakMemoryBytes ?? peak?.bytes
        evidence.lastLine = output.lastLine
        evidence.lastLineOwner = output.owner
        return evidence
    }

    /// To be called at the worker's end; what is known stays.
    func close() {
        peak?.close()
    }
}

@available(*, unavailable)
extension Witness: Sendable {}

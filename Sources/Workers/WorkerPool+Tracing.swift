internal import Predictions
internal import Telemetry
internal import WorkerProtocol

/// The spans of setups.
extension WorkerPool {
    /// Begins the span of a setup. Returns the `traceparent` for its worker; nil if tracing is off.
    func beginSetupSpan(_ index: Int) -> String? {
        seats[index].setupSpan = supplies.tracer.map { SetupSpan($0, at: Clock.wall.nanoseconds) }
        return seats[index].setupSpan?.predictor.traceparent
    }

    /// The worker has reported when it loaded the model and set it up.
    func setupTimed(_ content: UnsafeRawBufferPointer, by worker: Worker, _ index: Int) {
        do throws(WorkerFault) {
            seats[index].setupSpan?.reported(try CallReport(reading: content))
        } catch {
            worker.refuse(error)
        }
    }

    /// Ends the span of a setup. `error` says what went wrong.
    func endSetupSpan(_ index: Int, _ error: String? = nil) {
        guard let span = seats[index].setupSpan else { return }
        seats[index].setupSpan = nil
        span.ended(error, at: Clock.wall.nanoseconds)
    }
}

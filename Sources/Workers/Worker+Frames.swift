internal import Predictions
internal import Telemetry
internal import WorkerProtocol

/// The handling of frames that have passed ``FrameCheck``.
extension Worker {
    func received(_ frame: Frame) throws(WorkerFault) {
        let token = frame.header.token
        switch frame.header.kind {
        case .log:
            drainOutputs()
            let source = LogSource(rawValue: frame.header.detail) ?? .standardOutput
            frame.withText { printed($0, of: inFlight[token], to: source) }
        case .output:
            guard let run = inFlight[token] else { return }
            delegate?.worker(self, said: .output(run, content(of: frame)))
        case .outputFile:
            guard let run = inFlight[token] else { return }
            let name = String(decoding: frame.content, as: UTF8.self)
            delegate?.worker(self, said: .outputFile(run, name: name, takeDescriptor()))
        case .metric:
            guard let run = inFlight[token] else { return }
            guard let metric = try MetricRecord(reading: frame.content) else {
                // The model caused this itself; the prediction continues without the metric.
                delegate?.worker(self, complained: "A metric can't be shown: it is nested too deeply, or too large")
                return
            }
            delegate?.worker(self, said: .metric(run, mode: metric.mode, name: metric.name, value: metric.value))
        case .finished:
            guard let run = inFlight[token] else { return }
            drainOutputs()
            inFlight.ended(token)
            delegate?.worker(self, said: .finished(run, finish(of: frame)))
        case .times where token == 0: delegate?.worker(self, sent: frame)
        case .times:
            guard let run = inFlight[token] else { return }
            delegate?.worker(self, said: .timed(run, try CallReport(reading: frame.content)))
        case .batchFailed: try batchFailed(frame.content)
        case .ready, .setupFailed, .template, .templateRefused, .forked:
            drainOutputs()
            delegate?.worker(self, sent: frame)
        case .health: delegate?.worker(self, sent: frame)
        case .barrier: reached(barrier: token)
        case .predict, .batch, .fork, .cancel, .healthCheck, .barrierReached: break  // Only the server sends these.
        }
    }

    private func finish(of frame: Frame) -> WorkerEvent.Finish {
        let detail = FinishDetail(rawValue: frame.header.detail)
        if detail.contains(.canceled) { return .canceled }
        if detail.contains(.failed) { return .failed(String(decoding: frame.content, as: UTF8.self)) }
        return .succeeded(
            whole: detail.contains(.inline) ? content(of: frame) : nil, isList: detail.contains(.list))
    }

    private func batchFailed(_ content: UnsafeRawBufferPointer) throws(WorkerFault) {
        // What was printed belongs to the whole batch while it is in flight.
        drainOutputs()
        let failure = try BatchFailure(reading: content, lastToken: inFlight.lastToken)
        var runs: [RunID] = []
        for token in failure.tokens {
            // A prediction that has ended in the meantime, such as a canceled one, isn't run again.
            guard let run = inFlight[token] else { continue }
            runs.append(run)
            inFlight.ended(token)
        }
        guard !runs.isEmpty else { return }
        delegate?.worker(self, said: .batchFailed(runs, error: failure.error, traceback: failure.traceback))
    }
}

internal import EventLoop
internal import Glibc
internal import Predictions

/// What to do about a worker that has ended.
extension WorkerPool {
    func workerEnded(_ worker: Worker, _ evidence: DeathCertificate.Evidence, begun: Set<RunID>) {
        guard let index = index(of: worker.id) else { return }
        let state = seats[index].lifecycle.state
        let certificate = certificate(evidence, state)
        seats[index].worker = nil
        recycling.died(worker.id)
        healthLost(worker.id)
        switch state {
        case .ready, .ending(.unresponsive), .ending(.channelLost(wasReady: true)),
            .ending(.misbehaved(wasReady: true)):
            record(certificate, "The \(seats[index].role.noun) died: \(certificate.text)", index)
        case .settingUp, .ending(.setupTimedOut), .ending(.channelLost(wasReady: false)),
            .ending(.misbehaved(wasReady: false)):
            let isLate = state == .ending(.setupTimedOut)
            let text = "\(isLate ? "worker setup timed out" : "worker crashed"): \(certificate.text)"
            record(certificate, text, index)
            setupHasFailed(([text] + certificate.calls).joined(separator: "\n"), index)
        case .ending(.setupFailed):
            note(.info, "The worker ended after its failed setup", index)
        default: break
        }
        lostProcess(index, whileIn: state)
        if seats[index].role == .worker { delegate?.worker(worker.id, .ended(begun: begun, certificate)) }
        died(index, hadPredictions: worker.inFlight.count > 0)
        recycleNext()
    }

    private func certificate(
        _ evidence: DeathCertificate.Evidence, _ state: Lifecycle.State
    ) -> DeathCertificate {
        var evidence = evidence
        if case .ending(let reason) = state { evidence.reason = reason }
        if evidence.signal == SIGKILL, !evidence.wasKilled {
            evidence.isOutOfMemory = record.deaths.wasKilledByKernel(kills: SystemMemory.outOfMemoryKills)
            if evidence.isOutOfMemory { evidence.memoryLimitBytes = SystemMemory.limitBytes }
        }
        return DeathCertificate(evidence)
    }

    /// Counts a death and reports it to the operator.
    private func record(_ certificate: DeathCertificate, _ text: String, _ index: Int) {
        record.deaths.died(of: certificate.cause)
        var facts: [(name: StaticString, value: String)] = [("cause", certificate.cause.rawValue)]
        if let peak = certificate.peakMemoryBytes { facts.append(("peak_memory_bytes", "\(peak)")) }
        if let line = certificate.lastLine { facts.append(("last_output", line)) }
        if !certificate.calls.isEmpty { facts.append(("calls", certificate.calls.joined(separator: "\n"))) }
        note(.error, text, index, facts)
    }
}

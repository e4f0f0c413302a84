internal import EventLoop
internal import Predictions
internal import Telemetry
public import WorkerProtocol

/// The handling of the workers' reports.
extension WorkerPool: WorkerDelegate {
    func worker(_ worker: Worker, sent frame: Frame) {
        guard let index = index(of: worker.id) else { return }
        switch frame.header.kind {
        case .ready: becameReady(worker, frame.content, index)
        case .setupFailed:
            let text = "worker setup failed: worker setup failed: \(String(decoding: frame.content, as: UTF8.self))"
            reportedFailure(text, index)
        case .template: becameTemplate(index)
        case .templateRefused: refusedTemplate(String(decoding: frame.content, as: UTF8.self), index)
        case .times: setupTimed(frame.content, by: worker, index)
        case .forked: forked(WorkerID(Int(frame.header.token)), frame.content, by: worker)
        case .health: healthAnswered(worker.id, frame.header.token, frame.content)
        default: break
        }
    }

    func worker(_ worker: Worker, said event: WorkerEvent) {
        delegate?.worker(worker.id, event)
        guard case .finished = event, let index = index(of: worker.id) else { return }
        seats[index].predictions += 1
        seats[index].lifecycle.predictionFinished()
        templateWorks(if: index)
        guard recycling.isNeeded else { return }
        recycling.predictionEnded(by: worker.id, at: Clock.monotonic) { residentBytes(ofProcess: worker.processID) }
        recycleNext()
    }

    func worker(
        _ worker: Worker, wrote text: UnsafeRawBufferPointer, of run: RunID?, to source: LogSource
    ) {
        guard let index = index(of: worker.id), seats[index].lifecycle.state == .settingUp, run == nil else {
            delegate?.worker(worker.id, .printed(run, text, source))
            return
        }
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            seats[index].setup.log(Array("[coglet::setup] ".utf8) + UnsafeRawBufferPointer(rebasing: line))
            seats[index].setupSpan?.logged(String(decoding: line, as: UTF8.self), at: Clock.wall.nanoseconds)
        }
        note(
            .output, String(decoding: text, as: UTF8.self), target: "coglet::setup", index, [("source", source.name)])
    }

    func worker(_ worker: Worker, complained text: String) {
        note(.warning, text, target: "coglet::prediction", index(of: worker.id))
    }

    func workerLost(_ worker: Worker, _ reason: String) {
        if let index = index(of: worker.id) { lost(index) }
    }

    func workerMisbehaved(_ worker: Worker, _ fault: WorkerFault) {
        guard let index = index(of: worker.id) else { return }
        note(.error, "The worker is killed because it sent invalid data: \(fault)", index)
        misbehaved(index)
    }

    // MARK: - Setup

    private func becameReady(_ worker: Worker, _ content: UnsafeRawBufferPointer, _ index: Int) {
        guard seats[index].lifecycle.state == .settingUp else { return }
        do throws(ModelFactsError) {
            let facts = try ModelFacts(reading: content)
            setupNote("Setup complete", target: "coglet::worker_bridge", index)
            if let schema = facts.predictionSchema {
                setupNote(
                    "Input validation enabled (\(schema.requiredCount) required fields)", target: "coglet::service",
                    index)
            } else {
                note(.warning, "No schema: all inputs are accepted", target: "coglet::service", index)
            }
            setupNote("Server ready", index)
            seats[index].setup.finish(.succeeded, at: setupEnd(index))
            endSetupSpan(index)
            if !isForked(index) || settings.start != .fork { record.setups.record(seats[index].setup) }
            seats[index].failedSetup = nil
            seats[index].lifecycle.becameReady(at: Clock.monotonic)
            self.facts = facts
            if isForked(index) { template.workerBecameReady() }
            modelWorks()
            if seats[index].role == .worker { tellReady(index) } else { note(.info, "The standby is ready", index) }
            recycleNext()
        } catch {
            reportedFailure("worker setup failed: Setup failed: \(error)", index)
        }
    }

    private func reportedFailure(_ text: String, _ index: Int) {
        guard seats[index].lifecycle.state == .settingUp else { return }
        note(.error, text, index)
        setupHasFailed(text, index)
        failedSetup(index)
    }

    // MARK: - Notices

    /// Reports a message to the operator, about one worker if `index` is given.
    func note(
        _ level: Notice.Level, _ text: String, target: StaticString = "coglet", _ index: Int? = nil,
        _ facts: [(name: StaticString, value: String)] = []
    ) {
        var facts = facts
        if seats.count > 1, let index { facts.append(("worker", seats[index].name)) }
        delegate?.poolNoted(Notice(level, text, target: target, facts: facts))
    }

    /// Reports a step of the setup to the operator, and adds it to the setup's own log.
    func setupNote(_ text: String, target: StaticString = "coglet", _ index: Int) {
        note(.info, text, target: target, index)
        seats[index].setupSpan?.logged(text, at: Clock.wall.nanoseconds)
        if settings.logsSteps { seats[index].setup.log(Array("[\(target)] \(text)".utf8)) }
    }
}

extension LogSource {
    /// The name in log lines.
    public var name: String { self == .standardOutput ? "Stdout" : "Stderr" }
}

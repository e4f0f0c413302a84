internal import Glibc
internal import Predictions
internal import WorkerProtocol

/// The handling of the template, as ``Template`` decides.
extension WorkerPool {
    private var templateSeat: Int? { seats.firstIndex { $0.role == .template } }

    /// Whether the process of a seat was forked or will be.
    func isForked(_ index: Int) -> Bool { seats[index].temporaryFolders.count > 1 }

    /// The end of the setup of a worker that is now ready; the setup may have been the template's.
    func setupEnd(_ index: Int) -> Timestamp {
        let end =
            isForked(index) && settings.start == .fork ? templateSeat.flatMap { seats[$0].setup.completedAt } : nil
        return end ?? Clock.wall
    }

    // MARK: - What it says

    func becameTemplate(_ index: Int) {
        guard seats[index].role == .template, seats[index].lifecycle.state == .settingUp else { return }
        setupNote("The first worker is a template now: workers are forked from it", index)
        seats[index].setup.finish(.succeeded, at: Clock.wall)
        endSetupSpan(index)
        record.setups.record(seats[index].setup)
        seats[index].failedSetup = nil
        seats[index].lifecycle.becameReady(at: Clock.monotonic)
        template.becameReady()
        startWaiting()
    }

    func refusedTemplate(_ reason: String, _ index: Int) {
        guard seats[index].role == .template, seats[index].lifecycle.state == .settingUp else { return }
        doNotFork(because: reason)
        // Its number is 0, so it must take place 0.
        if let target = seats.firstIndex(where: {
            $0.index == 0 && $0.role == .worker && $0.lifecycle.state == .waiting
        }) {
            moveProcess(from: index, to: target)
            _ = seats[target].lifecycle.wanted()
            seats[target].lifecycle.started(at: Clock.monotonic)
            seats[index].lifecycle.notWanted()
        } else {
            carryOut(seats[index].lifecycle.turnedOutUseless(at: Clock.monotonic), index)
        }
        startWaiting()
    }

    private func doNotFork(because reason: String) {
        template.refused()
        let instead =
            settings.keepsStandby ? "a standby takes the place of a worker that dies" : "they are started afresh"
        note(.warning, "Workers can't be forked: \(reason); \(instead)")
    }

    /// Starts the workers that waited for the template.
    private func startWaiting() {
        for index in seats.indices where seats[index].lifecycle.state == .waiting {
            carryOut(seats[index].lifecycle.wanted(), index)
        }
        startStandby()
        settle()
    }

    /// Starts the standby if it is useful.
    func startStandby() {
        guard template.wantsStandby else { return }
        for index in seats.indices where seats[index].role == .standby {
            carryOut(seats[index].lifecycle.wanted(), index)
        }
    }

    /// The template has carried out an order, or failed to.
    func forked(_ worker: WorkerID, _ content: UnsafeRawBufferPointer, by parent: Worker) {
        guard let result = Int32(String(decoding: content, as: UTF8.self)), template.answered(worker) else {
            return parent.refuse(.content(.forked, "it answers no order"))
        }
        setTimer()
        // Nil if the worker was given up in the meantime.
        guard let index = index(of: worker), let process = seats[index].worker else { return }
        if result > 0 {
            if !process.adopted(result, on: loop) {
                parent.refuse(.content(.forked, "\(result) is not a forked worker"))
            }
            return
        }
        note(
            .warning, "The template can't fork: \(String(cString: strerror(-result))); the worker is started afresh",
            index)
        giveUp(index)
        if seats[index].lifecycle.state == .waiting {
            _ = seats[index].lifecycle.wanted()
            spawn(index, as: .spawn)
        }
        settle()
    }

    /// A worker has finished a prediction. A template doesn't run predictions itself, so the predictions of workers
    /// that it forked show that it works.
    func templateWorks(if index: Int) {
        guard isForked(index), let seat = templateSeat,
            seats[index].temporaryFolders.last === seats[seat].temporaryFolders.first
        else { return }
        seats[seat].lifecycle.predictionFinished()
    }

    // MARK: - Its end

    /// A process has ended while in this state.
    func lostProcess(_ index: Int, whileIn state: Lifecycle.State) {
        if seats[index].role == .template {
            for worker in template.died() { self.index(of: worker).map(giveUp) }
        } else if isForked(index), state == .settingUp, template.workerFailed() {
            doNotFork(because: "forked workers die before they are ready")
            startStandby()
        }
    }

    /// Gives up a worker that wasn't forked; it is started again when possible.
    private func giveUp(_ index: Int) {
        seats[index].worker?.abandon()
        seats[index].worker = nil
        seats[index].temporaryFolders = []
        seats[index].lifecycle.mustWait()
        if seats[index].lifecycle.state != .waiting { died(index) }
    }

    /// The template doesn't follow its orders and is replaced.
    func templateIsStuck() {
        guard let index = templateSeat else { return }
        note(.error, "The template didn't fork a worker when it was asked to; it is replaced", index)
        carryOut(seats[index].lifecycle.misbehaved(), index)
    }

    /// Stops the template after the workers, because they use what its setup() made.
    func stopTemplateLast() {
        guard let index = templateSeat, seats.allSatisfy({ $0.role == .template || $0.lifecycle.state == .stopped })
        else {
            return
        }
        switch seats[index].lifecycle.state {
        case .stopped, .ending(.shutdown): break
        default: carryOut(seats[index].lifecycle.stopped(at: Clock.monotonic, within: Lifecycle.graceInSetup), index)
        }
    }
}

extension Seat.Role {
    /// The kind of process in log lines.
    var noun: String {
        switch self {
        case .worker: "worker"
        case .standby: "standby"
        case .template: "template"
        }
    }
}

internal import Glibc
internal import Predictions
internal import WorkerProtocol

/// What becomes of the template, as ``Template`` decides.
extension WorkerPool {
    private var templateSeat: Int? { seats.firstIndex { $0.role == .template } }

    /// Whether the process of a seat was forked, or is to be.
    func isForked(_ index: Int) -> Bool { seats[index].temporaryFolders.count > 1 }

    /// When the setup of a worker has ended, which is ready now: it may have been the template's.
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
        // Its number is 0, and so must be the place that it takes.
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

    /// Starts what has waited for the template.
    private func startWaiting() {
        for index in seats.indices where seats[index].lifecycle.state == .waiting {
            carryOut(seats[index].lifecycle.wanted(), index)
        }
        startStandby()
        settle()
    }

    /// Starts the standby if it is of use.
    func startStandby() {
        guard template.wantsStandby else { return }
        for index in seats.indices where seats[index].role == .standby {
            carryOut(seats[index].lifecycle.wanted(), index)
        }
    }

    /// The template has carried out an order, or couldn't.
    func forked(_ worker: WorkerID, _ content: UnsafeRawBufferPointer, by parent: Worker) {
        guard let result = Int32(String(decoding: content, as: UTF8.self)), template.answered(worker) else {
            return parent.refuse(.content(.forked, "it answers no order"))
        }
        setTimer()
        // Nil if the worker was given up meanwhile.
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

    /// A worker has finished a prediction. A template finishes none itself: that those which it has forked do shows that it
    /// works.
    func templateWorks(if index: Int) {
        guard isForked(index), let seat = templateSeat,
            seats[index].temporaryFolders.last === seats[seat].temporaryFolders.first
        else { return }
        seats[seat].lifecycle.predictionFinished()
    }

    // MARK: - Its end

    /// A process has ended that was in this state.
    func lostProcess(_ index: Int, whileIn state: Lifecycle.State) {
        if seats[index].role == .template {
            for worker in template.died() { self.index(of: worker).map(giveUp) }
        } else if isForked(index), state == .settingUp, template.workerFailed() {
            doNotFork(because: "forked workers die before they are ready")
            startStandby()
        }
    }

    /// Gives up a worker that was not forked: it is started again when it can be.
    private func giveUp(_ index: Int) {
        seats[index].worker?.abandon()
        seats[index].worker = nil
        seats[index].temporaryFolders = []
        seats[index].lifecycle.mustWait()
        if seats[index].lifecycle.state != .waiting { died(index) }
    }

    /// It doesn't do what it was told: it is replaced.
    func templateIsStuck() {
        guard let index = templateSeat else { return }
        note(.error, "The template didn't fork a worker when it was asked to; it is replaced", index)
        carryOut(seats[index].lifecycle.misbehaved(), index)
    }

    /// At the end of the server: what setup() has made must be there while workers use it.
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
    /// How log lines name the process.
    var noun: String {
        switch self {
        case .worker: "worker"
        case .standby: "standby"
        case .template: "template"
        }
    }
}

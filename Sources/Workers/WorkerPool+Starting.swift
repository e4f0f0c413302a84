internal import EventLoop
internal import Glibc
internal import Predictions
internal import WorkerProtocol

/// How workers are created.
extension WorkerPool {
    func startWorker(_ index: Int) {
        guard !isStopping else { return seats[index].lifecycle.notWanted() }
        guard seats[index].role == .worker else { return startOther(index) }
        let standby = seats.firstIndex { $0.role == .standby && $0.lifecycle.state == .ready }
        switch template.source(isStandbyReady: standby != nil) {
        case .wait: seats[index].lifecycle.mustWait()
        case .standby: promote(standby ?? index, to: index)
        case .fork: fork(index)
        case .spawn: spawn(index, as: .spawn)
        }
    }

    private func startOther(_ index: Int) {
        switch seats[index].role {
        case .template where template.stage == .preparing: spawn(index, as: settings.start)
        case .standby where template.wantsStandby:
            if template.stage == .ready { fork(index) } else { spawn(index, as: .spawn) }
        default: seats[index].lifecycle.notWanted()
        }
    }

    func spawn(_ index: Int, as start: WorkerStart) {
        seats[index].setup = SetupRecord(at: Clock.wall)
        setupNote("Spawning worker subprocess", index)
        let number = seats[index].index
        let trace = beginSetupSpan(index)
        begin(index) { (id, folder) throws(EventLoopError) in
            try Worker(
                id, on: loop, settings.launch(ofWorker: number, folder.path, start, setupTrace: trace), delegate: self)
        }
    }

    private func fork(_ index: Int) {
        guard let parent = seats.first(where: { $0.role == .template }), let process = parent.worker else {
            return seats[index].lifecycle.mustWait()
        }
        // What setup() logged in the template is part of the worker's own setup.
        var setup = parent.setup
        setup.reopen()
        seats[index].setup = setup
        setupNote("Forking the worker from the template", index)
        let number = seats[index].index
        let trace = settings.start == .forkAfterImport ? beginSetupSpan(index) : nil
        begin(index, inheriting: parent.temporaryFolders) { (id, folder) throws(EventLoopError) in
            var variables = settings.variables(ofWorker: number, temporaryFolder: folder.path)
            if let trace { variables.append("\(WorkerVariable.setupTrace)=\(trace)") }
            return try Worker(id, on: loop, forkedBy: process, variables, delegate: self)
        }
        guard let worker = seats[index].worker else { return }
        template.ordered(worker.id, at: Clock.monotonic)
        // A template that can't be reached is about to die or to be replaced.
        if worker.process.isNone { templateIsStuck() }
    }

    private func begin(
        _ index: Int, inheriting folders: [TemporaryFolder] = [],
        _ makeWorker: (WorkerID, TemporaryFolder) throws(EventLoopError) -> Worker
    ) {
        record.deaths.started(
            kills: SystemMemory.outOfMemoryKills, isOnly: seats.allSatisfy { $0.worker == nil },
            isRestart: seats[index].wasStarted)
        seats[index].wasStarted = true
        supplies.reserve.release()
        defer { supplies.reserve.refill() }
        do {
            let folder = try TemporaryFolder(in: supplies.folders)
            seats[index].temporaryFolders = [folder] + folders
            seats[index].worker = try makeWorker(WorkerID(record.deaths.starts), folder)
            setupNote("File descriptor redirection complete", target: "coglet::worker", index)
            setupNote("Connected to slot transport", target: "coglet::worker", index)
            seats[index].lifecycle.started(at: Clock.monotonic)
        } catch {
            let text = "failed to spawn worker: \(error)"
            note(.error, text, index)
            setupHasFailed(text, index)
            died(index)
        }
    }

    /// A ready worker accepts predictions.
    func tellReady(_ index: Int) {
        guard let worker = seats[index].worker, let facts else { return }
        delegate?.worker(worker.id, .ready(slots: facts.concurrency, batching: facts.batching))
    }

    // MARK: - The standby

    /// The standby takes a worker's place, and another standby is set up.
    private func promote(_ standby: Int, to index: Int) {
        note(.info, "The standby takes the worker's place", index)
        moveProcess(from: standby, to: index)
        // Numbers belong to processes, because a model may have read its own long ago.
        let number = seats[standby].index
        seats[standby].index = seats[index].index
        seats[index].index = number
        let predictions = seats[standby].predictions
        seats[standby].predictions = seats[index].predictions
        seats[index].predictions = predictions
        seats[index].lifecycle.becameReady(at: Clock.monotonic)
        tellReady(index)
        seats[standby].lifecycle.notWanted()
        carryOut(seats[standby].lifecycle.wanted(), standby)
    }

    func moveProcess(from source: Int, to target: Int) {
        seats[target].worker = seats[source].worker
        seats[target].temporaryFolders = seats[source].temporaryFolders
        seats[target].setup = seats[source].setup
        seats[source].worker = nil
        seats[source].temporaryFolders = []
        seats[source].setup = SetupRecord(at: Clock.wall)
    }
}

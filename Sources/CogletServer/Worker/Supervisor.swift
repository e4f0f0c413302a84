import EventLoop
import Glibc
import JSON
import Predictions
import WorkerProtocol

/// What a ``Supervisor`` tells its owner, on the loop.
protocol SupervisorDelegate: AnyObject {
    /// The worker said something that concerns predictions.
    func workerSent(_ frame: Frame)

    /// Text from descriptor 1 or 2 of the worker while the model is ready.
    func workerWrote(_ text: [UInt8], to source: LogSource)

    /// The worker is gone; what it was doing is lost. `hadTaken` tells of a token whether the model had begun with it.
    func workerDied(hadTaken: (UInt32) -> Bool)

    /// The model is ready, for the first time or again.
    func workerReady()

    /// The worker has died too often and is not started again.
    func workerGaveUp()

    /// Everything has ended, after ``Supervisor/stop(within:)``.
    func supervisorStopped()
}

/// Keeps a worker running: starts it, watches its setup, replaces it when it dies, and knows the model's state.
///
/// Bound to the loop.
final class Supervisor {
    /// Where the model stands.
    enum Phase {
        case starting
        case ready(ModelFacts)
        /// Setup failed by an exception: trying again would fail again.
        case setupFailed
        /// The worker died too often.
        case defunct
    }

    /// How long a worker that is asked to end may go on with its setup.
    static let graceInSetup = Duration.seconds(1)

    unowned(unsafe) var delegate: (any SupervisorDelegate)?

    private(set) var phase = Phase.starting
    private(set) var setup: SetupRecord
    private(set) var worker: WorkerProcess?
    /// How many workers were started.
    private(set) var starts = 0

    private let loop: EventLoop
    private let options: ServerOptions
    private let log: Log
    private let executable: String
    private var policy: RestartPolicy
    private var startedAt = Duration.zero
    private var setupTimer: Timer?
    private var restartTimer: Timer?
    private var hasBeenReady = false
    private var isStopping = false
    private var hasTimedOut = false
    /// A worker of this life has said that setup failed; it is about to end by itself.
    private var hasReportedFailure = false

    init(on loop: EventLoop, options: ServerOptions, executable: String, log: Log) {
        self.loop = loop
        self.options = options
        self.executable = executable
        self.log = log
        setup = SetupRecord(at: Clock.wall)
        policy = RestartPolicy(
            limit: environment("COG_MAX_WORKER_FAILURES").flatMap(Int.init) ?? RestartPolicy.defaultLimit)
    }

    /// The model's facts while it is ready.
    var facts: ModelFacts? {
        if case .ready(let facts) = phase { facts } else { nil }
    }

    // MARK: - Starting

    /// Starts a worker.
    func start() {
        restartTimer?.close()
        restartTimer = nil
        guard !isStopping else { return }
        startedAt = Clock.monotonic
        starts += 1
        hasTimedOut = false
        hasReportedFailure = false
        setupLog("coglet", "Spawning worker subprocess")
        do throws(EventLoopError) {
            worker = try WorkerProcess(
                on: loop, executable: executable,
                arguments: [
                    "--libpython", options.pythonLibrary, "--python", options.python, "--settings", settings,
                ], delegate: self)
            setupLog("coglet::worker", "File descriptor redirection complete")
            setupLog("coglet::worker", "Connected to slot transport")
            try startSetupTimer()
        } catch {
            log.error("coglet", "failed to spawn worker: \(error)")
            setup.log(Array("failed to spawn worker: \(error)".utf8))
            failSetup()
            restart()
        }
    }

    private var settings: String {
        var text = Array(#"{"reference":"#.utf8)
        appendJSONString(options.reference, to: &text)
        text.append(#","mode":""#)
        text.append(contentsOf: options.mode.rawValue.utf8)
        text.append(#""}"#)
        return String(decoding: text, as: UTF8.self)
    }

    private func startSetupTimer() throws(EventLoopError) {
        guard let limit = options.setupTimeout else { return }
        let timer = try Timer(on: loop) { [unowned self] in
            hasTimedOut = true
            log.error("coglet", "worker setup timed out", ["timeout": .string("\(limit)")])
            worker?.kill()
        }
        timer.start(after: limit)
        setupTimer = timer
    }

    private func endSetupTimer() {
        setupTimer?.close()
        setupTimer = nil
    }

    // MARK: - Stopping

    /// Ends the worker for good; it is killed if it takes longer than `grace`.
    ///
    /// A worker that is still setting up hears nothing until it is through, so it gets no more than a moment.
    func stop(within grace: Duration) {
        isStopping = true
        restartTimer?.close()
        restartTimer = nil
        guard let worker else {
            delegate?.supervisorStopped()
            return
        }
        worker.stop(within: facts == nil ? min(grace, Self.graceInSetup) : grace)
    }

    /// A prediction has ended as the model wanted: deaths before it no longer count.
    func predictionEnded() {
        policy.succeeded()
    }

    // MARK: - Setup logs

    /// Adds a line to the setup's log and the server's.
    private func setupLog(_ target: StaticString, _ message: String) {
        log.info(target, message)
        guard log.level <= .info else { return }
        setup.log(Array("[\(target)] \(message)".utf8))
    }

    /// Adds what the model has printed during its setup.
    private func setupPrinted(_ text: UnsafeRawBufferPointer, _ source: LogSource) {
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            var entry = Array("[coglet::setup] ".utf8)
            entry.append(contentsOf: UnsafeRawBufferPointer(rebasing: line))
            setup.log(entry)
            log.always(
                "coglet::setup", String(decoding: UnsafeRawBufferPointer(rebasing: line), as: UTF8.self),
                ["source": .string(source == .standardOutput ? "Stdout" : "Stderr")])
        }
    }

    private func failSetup() {
        endSetupTimer()
        setup.finish(.failed, at: Clock.wall)
        phase = hasBeenReady ? .starting : .setupFailed
    }

    // MARK: - What the worker says

    private func becameReady(_ content: UnsafeRawBufferPointer) {
        worker?.drainOutputs()
        endSetupTimer()
        do throws(ModelFactsError) {
            let facts = try ModelFacts(reading: content)
            setupLog("coglet::worker_bridge", "Setup complete")
            if let schema = facts.predictionSchema {
                setupLog("coglet::service", "Input validation enabled (\(schema.requiredCount) required fields)")
            } else {
                log.warning("coglet::service", "No schema: all inputs are accepted")
            }
            setupLog("coglet", "Server ready")
            setup.finish(.succeeded, at: Clock.wall)
            hasBeenReady = true
            phase = .ready(facts)
            delegate?.workerReady()
        } catch {
            log.error("coglet", "\(error)")
            setup.log(Array("worker setup failed: Setup failed: \(error)".utf8))
            hasReportedFailure = true
            failSetup()
            worker?.stop(within: .seconds(2))
        }
    }

    private func setupReportedFailure(_ content: UnsafeRawBufferPointer) {
        worker?.drainOutputs()
        hasReportedFailure = true
        let text = "worker setup failed: worker setup failed: \(String(decoding: content, as: UTF8.self))"
        log.error("coglet", text)
        setup.log(Array(text.utf8))
        failSetup()
    }

    /// The next start, or the decision that there is none.
    private func restart() {
        guard !isStopping else { return }
        guard let pause = policy.died(after: Clock.monotonic - startedAt) else {
            let reason = "The worker has died too often; it is not started again"
            log.error("coglet", reason)
            setup.log(Array(reason.utf8))
            setup.finish(.failed, at: Clock.wall)
            if hasBeenReady { phase = .defunct }
            delegate?.workerGaveUp()
            return
        }
        log.warning("coglet", "Starting the worker again", ["after": .string("\(pause)")])
        guard pause > .zero else {
            prepareAgain()
            return
        }
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [unowned self] in prepareAgain() }
            timer.start(after: pause)
            restartTimer = timer
        } catch {
            log.error("coglet", "no timer for the worker's restart: \(error)")
            prepareAgain()
        }
    }

    private func prepareAgain() {
        // A first setup that failed stays visible until one succeeds; after that it is a new setup.
        if hasBeenReady { setup = SetupRecord(at: Clock.wall) }
        start()
    }
}

extension Supervisor: WorkerProcessDelegate {
    func worker(_ worker: WorkerProcess, sent frame: Frame) {
        switch frame.header.kind {
        case .ready: becameReady(frame.content)
        case .setupFailed: setupReportedFailure(frame.content)
        case .log where frame.header.token == 0 && facts == nil:
            setupPrinted(frame.content, LogSource(rawValue: frame.header.detail) ?? .standardOutput)
        default: delegate?.workerSent(frame)
        }
    }

    func worker(_ worker: WorkerProcess, wrote text: [UInt8], to source: LogSource) {
        if facts == nil {
            text.withUnsafeBytes { setupPrinted($0, source) }
        } else {
            delegate?.workerWrote(text, to: source)
        }
    }

    func workerEnded(_ worker: WorkerProcess, _ exit: Process.Exit) {
        self.worker = nil
        let wasReady = facts != nil
        guard !isStopping else {
            delegate?.workerDied(hadTaken: worker.hadTaken)
            delegate?.supervisorStopped()
            return
        }
        let reason = exit.signal != 0 ? "signal \(exit.signal)" : "status \(exit.status)"
        if wasReady {
            log.error("coglet", "The worker has died (\(reason))")
            phase = .starting
            setup = SetupRecord(at: Clock.wall)
            delegate?.workerDied(hadTaken: worker.hadTaken)
            restart()
        } else if hasReportedFailure, !hasBeenReady {
            log.info("coglet", "The worker has ended after its failed setup (\(reason))")
        } else {
            if !hasReportedFailure {
                let text = hasTimedOut ? "worker setup timed out" : "worker crashed"
                log.error("coglet", "\(text) (\(reason))")
                setup.log(Array(text.utf8))
                failSetup()
            }
            restart()
        }
    }
}

@available(*, unavailable)
extension Supervisor: Sendable {}

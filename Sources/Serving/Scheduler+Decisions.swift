public import Predictions
public import Workers

/// The settings and the decisions of a ``Scheduler``.
extension Scheduler {
    /// The operator's settings.
    public struct Limits: Sendable {
        /// How many predictions may wait for a slot.
        public var queueLimit = 0
        /// How long a prediction may wait; nil for no limit.
        public var queueTimeout: Duration?
        /// How long a prediction may take from the moment it has its slot; nil for no limit.
        public var predictionTimeout: Duration?
        /// How long a model may ignore an interruption before its worker is replaced.
        public var cancelGrace = Duration.seconds(30)

        /// The defaults.
        public init() {}
    }

    /// The decision about a prediction that has just arrived.
    public enum Arrival: Equatable, Sendable {
        /// It has a slot of this worker.
        case start(on: WorkerID)
        /// It waits; an ``Action`` follows.
        case wait
        /// It is accepted for a batch: get its files, then call ``prepared(_:at:)``.
        case prepare
        /// It is refused.
        case refuse(Refusal)
    }

    /// Why a prediction is refused.
    public enum Refusal: Equatable, Sendable {
        /// Every slot is taken, and the queue is full.
        case busy
        /// There is no worker, and none is expected.
        case noWorkers
    }

    /// How a prediction ends without a result from the model.
    public enum Ending: Equatable, Sendable {
        /// It was canceled before the model had begun it, or its worker died after the cancel.
        case canceled
        /// It has waited as long as allowed.
        case waitedTooLong
        /// Its worker died after being told to stop because of the time limit.
        case timedOut
        /// Its worker died while the model was working on it.
        case workerDied
        /// The call that was to answer it failed, and it can't start over.
        case batchFailed
        /// No worker is left to run it.
        case noWorkers
    }

    /// What to do now, in this order.
    public enum Action: Equatable, Sendable {
        /// It has a slot of this worker now.
        case start(RunID, on: WorkerID)
        /// These have a slot of this worker now: one call should answer all of them.
        case startBatch([RunID], on: WorkerID)
        /// It has lost its slot and waits again.
        case waitAgain(RunID)
        /// Its call has failed. It waits again, and its output so far is void.
        case startOver(RunID)
        /// It is canceled while the rest of its batch continues: notify everybody, but keep what the model may still
        /// use until it has ended.
        case drop(RunID)
        /// Stop the work on it.
        case interrupt(RunID, Interruption)
        /// It has ended.
        case end(RunID, Ending)
        /// The model ignores an interruption: end this worker.
        case replace(WorkerID, ignoring: Interruption)
        /// The worker is to be recycled and is idle now.
        case retire(WorkerID)
    }
}

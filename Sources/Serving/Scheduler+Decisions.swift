public import Predictions
public import Workers

/// What a ``Scheduler`` is told in advance and what it decides.
extension Scheduler {
    /// What the operator has set.
    public struct Limits: Sendable {
        /// How many predictions may wait for a slot.
        public var queueLimit = 0
        /// How long a prediction may wait; nil for ever.
        public var queueTimeout: Duration?
        /// How long a prediction may take from the moment it has its slot; nil for ever.
        public var predictionTimeout: Duration?
        /// How long a model may ignore an interruption before its worker is replaced.
        public var cancelGrace = Duration.seconds(30)

        /// The defaults.
        public init() {}
    }

    /// What becomes of a prediction that has just arrived.
    public enum Arrival: Equatable, Sendable {
        /// It has a slot of this worker.
        case start(on: WorkerID)
        /// It waits; an ``Action`` follows.
        case wait
        /// It is taken for a batch: get its files, then call ``prepared(_:at:)``.
        case prepare
        /// It is not taken.
        case refuse(Refusal)
    }

    /// Why a prediction is not taken.
    public enum Refusal: Equatable, Sendable {
        /// Every slot is taken, and the queue is full.
        case busy
        /// There is no worker, and none is expected.
        case noWorkers
    }

    /// How a prediction ends without the model's own word.
    public enum Ending: Equatable, Sendable {
        /// It was canceled before the model had begun it, or its worker died after the cancel.
        case canceled
        /// It has waited as long as it may.
        case waitedTooLong
        /// Its worker died after it was told to stop because of its time limit.
        case timedOut
        /// Its worker died while the model was at it.
        case workerDied
        /// The call that was to answer it has failed, and it can't start over.
        case batchFailed
        /// No worker is left that could run it.
        case noWorkers
    }

    /// What is to be done now, in this order.
    public enum Action: Equatable, Sendable {
        /// It has a slot of this worker now.
        case start(RunID, on: WorkerID)
        /// They have a slot of this worker now: one call is to answer all of them.
        case startBatch([RunID], on: WorkerID)
        /// It has lost its slot and waits again.
        case waitAgain(RunID)
        /// Its call has failed. It waits again; what the model has put out for it is void.
        case startOver(RunID)
        /// It is canceled while the rest of its batch goes on: tell everybody, but keep what the model may still use until
        /// it has ended.
        case drop(RunID)
        /// Stop what is being done for it.
        case interrupt(RunID, Interruption)
        /// It is over.
        case end(RunID, Ending)
        /// The model ignores an interruption: end this worker.
        case replace(WorkerID, ignoring: Interruption)
        /// The worker is to be recycled and has nothing to do any more.
        case retire(WorkerID)
    }
}

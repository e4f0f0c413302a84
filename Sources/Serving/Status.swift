public import Predictions
public import WebhookDelivery
public import Workers

/// The visible state of the service at one moment.
public struct Status {
    /// The state of one worker.
    public struct Worker {
        /// The worker's own status.
        public let status: WorkerStatus
        /// The number of its taken slots.
        public let takenSlots: Int
        /// The number of its slots; 0 while it isn't ready.
        public let slots: Int
        /// Whether it can get another prediction. A worker that is to be recycled can't.
        public let isFree: Bool
    }

    /// The condition of the model.
    public let condition: WorkerPool.Condition
    /// The setup to show.
    public let setup: SetupRecord
    /// All workers, by place.
    public let workers: [Worker]
    /// How many workers were started, and why they died.
    public let workerCounts: DeathCounts
    /// The durations of setups.
    public let setupTimes: SetupTimes
    /// How many more predictions could begin now.
    public let freeSlots: Int
    /// The number of predictions that have a slot.
    public let takenSlots: Int
    /// The number of predictions that wait for one.
    public let waiting: Int
    /// Webhooks by outcome, since the start.
    public let webhooks: WebhookCounts
    /// The number of predictions with undelivered webhooks.
    public let webhooksWaiting: Int
}

/// Ended predictions by status.
public struct EndedCounts: Equatable, Sendable {
    /// The number that succeeded.
    public private(set) var succeeded = 0
    /// The number that failed.
    public private(set) var failed = 0
    /// The number that were canceled.
    public private(set) var canceled = 0

    /// Makes counts of zero.
    public init() {}

    /// Counts one more.
    public mutating func count(_ status: Prediction.Status) {
        switch status {
        case .succeeded: succeeded += 1
        case .failed: failed += 1
        case .canceled: canceled += 1
        case .starting, .processing: break
        }
    }
}

extension PredictionService {
    /// The current state of the service.
    public var status: Status {
        let slots = (pool.facts?.concurrency ?? 0) * (pool.facts?.batching?.size ?? 1)
        return Status(
            condition: pool.condition, setup: pool.setup,
            workers: pool.workers.map { worker in
                let taken = worker.id.map { scheduler.takenSlots(of: $0) } ?? 0
                let isServing = worker.id.map { scheduler.isServing($0) } ?? false
                return Status.Worker(
                    status: worker, takenSlots: taken, slots: worker.state == .ready ? slots : 0,
                    isFree: isServing && taken < slots)
            },
            workerCounts: pool.record.deaths, setupTimes: pool.record.setups, freeSlots: scheduler.freeSlots,
            takenSlots: scheduler.takenSlots, waiting: scheduler.waitingCount, webhooks: webhooks.counts,
            webhooksWaiting: webhooks.waitingCount)
    }
}

@available(*, unavailable)
extension Status: Sendable {}

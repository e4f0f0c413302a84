public import Predictions
public import WebhookDelivery
public import Workers

/// What can be seen of the service from outside, at one moment.
public struct Status {
    /// One worker.
    public struct Worker {
        /// Where it stands.
        public let status: WorkerStatus
        /// How many of its slots are taken.
        public let takenSlots: Int
        /// How many slots it has; 0 while it is not ready.
        public let slots: Int
        /// Whether it can be given another prediction. One that is to be recycled can't.
        public let isFree: Bool
    }

    /// Where the model stands.
    public let condition: WorkerPool.Condition
    /// The setup to show.
    public let setup: SetupRecord
    /// All workers, by their places.
    public let workers: [Worker]
    /// How many workers were started, and what they have died of.
    public let workerCounts: DeathCounts
    /// How long setups have taken.
    public let setupTimes: SetupTimes
    /// How many more predictions could begin now.
    public let freeSlots: Int
    /// How many predictions have a slot.
    public let takenSlots: Int
    /// How many predictions wait for one.
    public let waiting: Int
    /// How webhooks have ended since the start.
    public let webhooks: WebhookCounts
    /// Predictions with webhooks still to deliver.
    public let webhooksWaiting: Int
}

/// How many predictions have ended in which way.
public struct EndedCounts: Equatable, Sendable {
    /// How many have succeeded.
    public private(set) var succeeded = 0
    /// How many have failed.
    public private(set) var failed = 0
    /// How many were canceled.
    public private(set) var canceled = 0

    /// Nothing has ended yet.
    public init() {}

    /// One more has ended in this way.
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
    /// What can be seen of the service now.
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

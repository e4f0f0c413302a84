/// Predictions that wait for a slot, in the order of their arrival: `COG_QUEUE_LIMIT` of them.
extension PredictionService {
    /// Whether one more prediction can begin or wait.
    var hasRoom: Bool { freeSlots > 0 || queue.count < options.queueLimit }

    /// Gives free slots to those who have waited longest.
    func startQueued() {
        while supervisor.worker != nil, freeSlots > 0, !queue.isEmpty { start(queue.removeFirst()) }
    }

    /// Takes a prediction that ends out of its slot, or out of the queue.
    func giveBackSlot(_ running: RunningPrediction) {
        if running.slotTakenAt != nil {
            takenSlots -= 1
        } else {
            queue.removeAll { $0 === running }
        }
    }
}

import CPythonBridge
import WorkerProtocol

/// The worker's side of the bridge: C functions that hand over to the ``Worker`` given as context.
enum BridgeCallbacks {
    static var table: cogpy_callbacks {
        cogpy_callbacks(
            receive: { context, wait, request in workerBehind(context).inbox.receive(wait: wait, into: request) },
            queue: { context, frame, urgency in workerBehind(context).outbox.queue(frame.pointee, urgency: urgency) },
            flush: { context, frame in workerBehind(context).outbox.flush(frame?.pointee) },
            ended: { context, token in workerBehind(context).cancellation.ended(token) },
            cancel_requested: { context, token in workerBehind(context).cancellation.isRequested(token) },
            control: { context, wait, message in workerBehind(context).controlQueue.take(wait: wait, into: message) },
            healthy: { context, token, text in
                workerBehind(context).answerHealthCheck(token, .init(start: text.base, count: text.count))
            })
    }
}

private func workerBehind(_ context: UnsafeMutableRawPointer?) -> Worker {
    Unmanaged<Worker>.fromOpaque(context!).takeUnretainedValue()
}

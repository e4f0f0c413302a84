import CPythonBridge
import WorkerProtocol

/// The worker's side of the bridge: C functions that call the ``WorkerRuntime`` passed as context.
enum BridgeCallbacks {
    static var table: cogpy_callbacks {
        cogpy_callbacks(
            receive: { context, how, request in workerBehind(context).inbox.receive(how, into: request) },
            queue: { context, frame, urgency in workerBehind(context).outbox.queue(frame.pointee, urgency: urgency) },
            flush: { context, frame in workerBehind(context).outbox.flush(frame?.pointee) },
            settle: { context in
                let worker = workerBehind(context)
                worker.barrier.pass(worker.outbox)
            },
            ended: { context, token in workerBehind(context).cancellation.ended(token) },
            cancel_requested: { context, token in workerBehind(context).cancellation.isRequested(token) },
            is_canceled: { context, token in workerBehind(context).cancellation.isCanceled(token) },
            control: { context, wait, message in workerBehind(context).controlQueue.take(wait: wait, into: message) },
            order: { context, text in workerBehind(context).orders.next(into: text) },
            forked: { context, process in workerBehind(context).orders.carriedOut(process) },
            adopt: { context in workerBehind(context).adopt() },
            moved: { context, folder in
                let bytes = UnsafeRawBufferPointer(start: folder.base, count: folder.count)
                workerBehind(context).moved(to: String(decoding: bytes, as: UTF8.self))
            },
            leave: { context in workerBehind(context).pythonEnded() },
            healthy: { context, token, text in
                workerBehind(context).answerHealthCheck(token, .init(start: text.base, count: text.count))
            })
    }
}

private func workerBehind(_ context: UnsafeMutableRawPointer?) -> WorkerRuntime {
    Unmanaged<WorkerRuntime>.fromOpaque(context!).takeUnretainedValue()
}

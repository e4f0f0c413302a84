import Glibc
import Synchronization

/// What a process forked by the model must not do: speak to the server in the worker's name.
enum Fork {
    private static let forked = Atomic<Bool>(false)

    /// Whether this is a child forked from the worker.
    static var isChild: Bool { forked.load(ordering: .relaxed) }

    /// From now on a forked child closes the channels: a request it read, or a frame it wrote, would be lost or forged.
    static func leaveServerToParent() {
        pthread_atfork(
            nil, nil,
            {
                Fork.forked.store(true, ordering: .relaxed)
                close(WorkerOptions.workDescriptor)
                close(WorkerOptions.controlDescriptor)
            })
    }
}

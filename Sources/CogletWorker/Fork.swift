import CPythonBridge
import Glibc
import Synchronization
import WorkerProtocol

/// Keeps a process that the model forks from talking to the server in the worker's name.
enum Fork {
    private static let forked = Atomic<Bool>(false)

    /// Whether this is a child forked from the worker.
    static var isChild: Bool { forked.load(ordering: .relaxed) }

    /// From now on, a forked child closes the channels: a request that it read would be lost, and a frame that it wrote
    /// would be forged. It must not write the worker's last words either.
    static func leaveServerToParent() {
        pthread_atfork(
            nil, nil,
            {
                // A worker forked by a template gets its own channels.
                guard !cogpy_is_forking() else { return }
                Fork.forked.store(true, ordering: .relaxed)
                close(WorkerDescriptors.work)
                close(WorkerDescriptors.control)
                Fork.keepLastWordsOfParent()
            })
    }

    /// A dying child's report must not be mistaken for the worker's last words. The number stays in use, because
    /// faulthandler would write into whatever the child opened next.
    private static func keepLastWordsOfParent() {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        if nothing < 0 {
            close(WorkerDescriptors.sharedMemory)
        } else if nothing != WorkerDescriptors.sharedMemory {
            dup2(nothing, WorkerDescriptors.sharedMemory)
            close(nothing)
        }
    }
}

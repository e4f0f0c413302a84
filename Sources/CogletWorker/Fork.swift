import CPythonBridge
import Glibc
import Synchronization
import WorkerProtocol

/// What a process forked by the model must not do: speak to the server in the worker's name.
enum Fork {
    private static let forked = Atomic<Bool>(false)

    /// Whether this is a child forked from the worker.
    static var isChild: Bool { forked.load(ordering: .relaxed) }

    /// From now on a forked child closes the channels: a request it read, or a frame it wrote, would be lost or forged. Its
    /// last words are its own affair too.
    static func leaveServerToParent() {
        pthread_atfork(
            nil, nil,
            {
                // A worker that a template forks is given channels of its own.
                guard !cogpy_is_forking() else { return }
                Fork.forked.store(true, ordering: .relaxed)
                close(WorkerDescriptors.work)
                close(WorkerDescriptors.control)
                Fork.keepLastWordsOfParent()
            })
    }

    /// What a child says when it dies must not be taken for the worker's last words. The number stays in use: faulthandler
    /// would write into whatever the child opened next.
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

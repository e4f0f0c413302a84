internal import CLibuv
internal import Glibc

/// /// A child that another process forked and that this process inherited (``OrphanReaper/adoptOrphans(_:)``).
///
/// The loop retains the object until an ``OrphanReaper`` notices that the child has ended.
public final class AdoptedProcess: ChildProcess {
    /// While an expectation exists, the reaper leaves ended children it doesn't know unreaped: the expected child may
    /// be among them, having ended before anybody could say which one it is.
    public final class Expectation {
        private let loop: EventLoop

        /// Starts to expect a child.
        public init(on loop: EventLoop) {
            loop.preconditionInEventLoop()
            self.loop = loop
            loop.expectedAdoptions += 1
        }

        deinit {
            loop.expectedAdoptions -= 1
        }
    }

    /// The child's process id.
    public let id: Int32
    private let loop: EventLoop
    /// The child's largest resident set; nil until it has ended, and nil if the kernel doesn't report it.
    public private(set) var peakMemoryBytes: Int?
    private var onExit: (Process.Exit) -> Void
    private var hasEnded = false

    /// Waits for the end of the child `id`. `onExit` is called once, on the loop, and never during this call.
    ///
    /// Nil if `id` is not a child of this process, or if something else already waits for it.
    public init?(on loop: EventLoop, id: Int32, onExit: @escaping (Process.Exit) -> Void) {
        loop.preconditionInEventLoop()
        guard id > 1, !loop.children.contains(id), loop.adopted[id] == nil, coguv_is_child(id) != 0 else { return nil }
        self.id = id
        self.loop = loop
        self.onExit = onExit
        loop.adopted[id] = self
    }

    /// Sends a signal to the child and its process group. The group exists once the child has made itself the leader.
    public func killGroup(_ signal: Int32) {
        loop.preconditionInEventLoop()
        if !hasEnded { Glibc.kill(id, signal) }
        Glibc.kill(-id, signal)
    }

    /// Checks whether the child has ended.
    func reap() {
        var status: Int32 = 0
        guard !hasEnded else { return }
        // The kernel discards the figure once the child has been waited for.
        let peak = coguv_peak_memory(id)
        guard waitpid(id, &status, WNOHANG) == id else { return }
        if peak > 0 { peakMemoryBytes = peak }
        hasEnded = true
        loop.adopted[id] = nil
        // The encoding of wait(2), whose macros don't reach Swift.
        let signal = status & 0x7f
        let exit = Process.Exit(status: signal == 0 ? Int(status >> 8) & 0xff : 0, signal: signal)
        let onExit = onExit
        self.onExit = { _ in }
        onExit(exit)
    }
}

@available(*, unavailable)
extension AdoptedProcess: Sendable {}
@available(*, unavailable)
extension AdoptedProcess.Expectation: Sendable {}

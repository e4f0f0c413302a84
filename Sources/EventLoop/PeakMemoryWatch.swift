internal import CLibuv
internal import Glibc

/// Reads a child's peak memory in the moment between its end and its being reaped.
///
/// The kernel discards the figure when libuv waits for the child. A pidfd becomes ready before the signal that libuv
/// waits for, and libuv handles signals after all other descriptors. Costs nothing while the child runs. Bound to the
/// loop.
public final class PeakMemoryWatch {
    /// The largest resident set of the child or of any process that it has waited for; nil until it has ended, and nil
    /// if the kernel doesn't report it.
    public private(set) var bytes: Int?

    private var descriptor: Int32
    private var watcher: DescriptorWatcher?

    /// Watches the child `id`, which must not have been reaped yet.
    public init(on loop: EventLoop, of id: Int32) {
        descriptor = coguv_open_process(id)
        // Before Linux 5.3, or in a sandbox that doesn't allow the call, the figure is unknown.
        guard descriptor >= 0 else { return }
        // Likewise if the descriptor can't be watched: a missing figure is no reason to refuse the child.
        watcher = try? DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] _ in
            watcher?.stop()
            let peak = coguv_peak_memory(id)
            if peak > 0 { bytes = peak }
        }
        try? watcher?.start(.readable)  // As above.
    }

    deinit {
        close()
    }

    /// Stops watching. Closing twice does nothing.
    public func close() {
        watcher?.close()
        watcher = nil
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

@available(*, unavailable)
extension PeakMemoryWatch: Sendable {}

internal import CLibuv
internal import Glibc

/// Reads how much memory a child has used at most, in the moment between its end and its being waited for.
///
/// The kernel forgets the figure when the child is waited for, which libuv does. A pidfd is ready before the signal that
/// libuv waits for, and libuv looks at signals after all descriptors. Costs nothing while the child runs. Bound to the loop.
public final class PeakMemoryWatch {
    /// The largest resident set of the child, or of one of the processes that it has waited for; nil before its end, and
    /// where the kernel doesn't tell.
    public private(set) var bytes: Int?

    private var descriptor: Int32
    private var watcher: DescriptorWatcher?

    /// Watches the child `id`, which was not waited for yet.
    public init(on loop: EventLoop, of id: Int32) {
        descriptor = coguv_open_process(id)
        // Before Linux 5.3, and where a sandbox doesn't know the call, the figure is unknown.
        guard descriptor >= 0 else { return }
        // The same goes for a descriptor that can't be watched: a figure is no reason to do without the child.
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

    /// Watches no more. Closing twice does nothing.
    public func close() {
        watcher?.close()
        watcher = nil
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

@available(*, unavailable)
extension PeakMemoryWatch: Sendable {}

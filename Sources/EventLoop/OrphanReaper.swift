internal import CLibuv
internal import Glibc

/// Reaps children that nothing else waits for: in a container, the first process inherits every orphan.
///
/// Children of ``Process`` are left to libuv, which needs their exit status. An ``AdoptedProcess`` is notified of its
/// end here.
public final class OrphanReaper {
    // libuv waits for its own children on the same signal. If one of them hides the others, look again after this
    // delay.
    private static let retryDelay = Duration.milliseconds(10)

    private let loop: EventLoop
    private var source: SignalSource?
    private var retry: Timer?
    private let onReap: (Int32) -> Void

    /// Whether this process inherits orphans, because it is the first one of its container or because
    /// ``adoptOrphans(_:)`` was called.
    public static var isNeeded: Bool { getpid() == 1 || coguv_is_subreaper() != 0 }

    /// Makes this process inherit the orphans among its descendants even if it isn't the first process, or stops it
    /// from doing so.
    public static func adoptOrphans(_ adopts: Bool = true) throws(EventLoopError) {
        let status = coguv_set_subreaper(adopts ? 1 : 0)
        guard status == 0 else { throw .libuv(status, in: "prctl") }
    }

    /// Starts to reap. `onReap` gets the id of each reaped child. Doesn't keep the loop running.
    public init(on loop: EventLoop, onReap: @escaping (Int32) -> Void = { _ in }) throws(EventLoopError) {
        self.loop = loop
        self.onReap = onReap
        source = try SignalSource(on: loop, signal: SIGCHLD) { [unowned self] in reap() }
        do {
            retry = try Timer(on: loop) { [unowned self] in reap() }
        } catch {
            close()
            throw error
        }
        source?.unreference()
        // Reap orphans that ended before the signal source existed.
        reap()
    }

    /// Stops reaping. Closing twice does nothing.
    public func close() {
        source?.close()
        source = nil
        retry?.close()
        retry = nil
    }

    /// Reaps every ended child that isn't libuv's.
    private func reap() {
        for process in loop.adopted.values { process.reap() }
        while true {
            // Peek only. Taking an exit status from libuv would lose it, and its handle would never be called.
            let id = coguv_peek_ended_child()
            guard id > 0 else { return }
            if let process = loop.adopted[id] {
                process.reap()
                continue
            }
            guard !loop.children.contains(id), loop.expectedAdoptions == 0 else {
                retry?.start(after: Self.retryDelay)
                return
            }
            var status: Int32 = 0
            if waitpid(id, &status, WNOHANG) == id {
                onReap(id)
            }
        }
    }
}

@available(*, unavailable)
extension OrphanReaper: Sendable {}

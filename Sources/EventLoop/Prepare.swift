internal import CLibuv

/// Calls back once per round, right before the loop waits for events: the place to do in one go what a round has
/// collected.
///
/// It doesn't keep the loop running. It closes when its owner releases it.
public final class Prepare {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_prepare_t>
    fileprivate var onPrepare: () -> Bool
    /// The number of rounds so far. In each, the loop waits for events once, or several times if very many arrive.
    public private(set) var rounds = 0
    private var isClosed = false

    /// The loop knows every ``Prepare`` but owns none.
    struct Registration {
        weak var prepare: Prepare?
    }

    /// Starts to call `onPrepare`, on the loop.
    ///
    /// `onPrepare` returns whether it did anything. If so, the loop calls every `Prepare` again before it waits,
    /// because that may have made work for one that has already run.
    public init(on loop: EventLoop, onPrepare: @escaping () -> Bool) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let handle = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
        let status = uv_prepare_init(loop.raw, handle)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_prepare_init")
        }
        self.loop = loop
        self.handle = handle
        self.onPrepare = onPrepare
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_start(handle) { handle in
            let prepare = Unmanaged<Prepare>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
            prepare.rounds += 1
            if prepare.onPrepare() { prepare.loop.prepareAgain() }
        }
        loop.prepares.append(Registration(prepare: self))
        handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    deinit {
        close()
    }

    /// Stops calling back. Closing twice does nothing.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        onPrepare = { false }
        // While this object is being deinitialized, weak references to it are already nil.
        loop.prepares.removeAll { $0.prepare == nil || $0.prepare === self }
        loop.letGo(handle)
    }
}

extension EventLoop {
    /// Calls every ``Prepare`` until none of them has anything left to do.
    fileprivate func prepareAgain() {
        var isAgain = true
        while isAgain {
            isAgain = false
            // Callbacks may open and close others; those are called in the next pass.
            for entry in prepares where entry.prepare?.onPrepare() == true { isAgain = true }
        }
    }
}

@available(*, unavailable)
extension Prepare: Sendable {}

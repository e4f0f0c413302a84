internal import CLibuv

/// Calls back once a round, right before the loop waits for events: the place to do at once what a round has collected.
///
/// It does not keep the loop running, and closes when its owner lets go of it.
public final class Prepare {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_prepare_t>
    fileprivate var onPrepare: () -> Bool
    /// Counts the rounds of the loop, of which each waits for events once, or several times if very many arrive.
    public private(set) var rounds = 0
    private var isClosed = false

    /// The loop knows every ``Prepare``, and owns none.
    struct Registration {
        weak var prepare: Prepare?
    }

    /// Starts to call `onPrepare`, on the loop.
    ///
    /// `onPrepare` returns whether it did anything. If so, every `Prepare` of the loop is called again before the loop
    /// waits, because that may have made work for one that has had its turn.
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
        // While this object goes away, a weak reference to it is nil already.
        loop.prepares.removeAll { $0.prepare == nil || $0.prepare === self }
        loop.letGo(handle)
    }
}

extension EventLoop {
    /// Calls every ``Prepare`` until none of them finds anything to do.
    fileprivate func prepareAgain() {
        var isAgain = true
        while isAgain {
            isAgain = false
            // Callbacks may open and close others: those are called in the next pass.
            for entry in prepares where entry.prepare?.onPrepare() == true { isAgain = true }
        }
    }
}

@available(*, unavailable)
extension Prepare: Sendable {}

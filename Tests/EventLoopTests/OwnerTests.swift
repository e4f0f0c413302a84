import EventLoop
import Glibc
import Testing

/// A handle closes with its owner, whatever path leads there.
@Suite struct OwnerTests {
    /// Has a handle of each kind, and callbacks that must not come after its own end.
    private final class Owner {
        var timer: Timer?
        var watcher: DescriptorWatcher?
        var prepare: Prepare?
        var source: SignalSource?
        var listener: Listener?
        let called: () -> Void

        init(on loop: EventLoop, watching descriptor: Int32, failing: Bool, called: @escaping () -> Void) throws {
            self.called = called
            timer = try Timer(on: loop) { [unowned self] in self.called() }
            timer?.start(after: .zero, repeating: .milliseconds(1))
            watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] _ in self.called() }
            try watcher?.start(.writable)
            prepare = try Prepare(on: loop) { [unowned self] in
                self.called()
                return false
            }
            source = try SignalSource(on: loop, signal: SIGUSR2) { [unowned self] in self.called() }
            listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { [unowned self] stream in
                stream.close()
                self.called()
            }
            if failing { _ = try DescriptorWatcher(on: loop, descriptor: -1) { _ in } }
        }
    }

    /// An owner that goes away takes its handles along; none calls back.
    @Test func handlesCloseWithTheirOwner() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            defer { for end in [ours, theirs] { Glibc.close(end) } }
            var calls = 0
            var owner: Owner? = try Owner(on: loop, watching: ours, failing: false) { calls += 1 }
            owner = nil
            _ = owner
            for _ in 0..<3 { loop.runOnce() }
            #expect(calls == 0)
            #expect(loop.handlesMade == 5)
        }
    }

    /// The same when the owner is never finished because its initializer throws.
    @Test func handlesCloseWhenTheirOwnerIsNeverMade() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            defer { for end in [ours, theirs] { Glibc.close(end) } }
            var calls = 0
            #expect(throws: EventLoopError.self) {
                try Owner(on: loop, watching: ours, failing: true) { calls += 1 }
            }
            for _ in 0..<3 { loop.runOnce() }
            #expect(calls == 0)
            #expect(loop.handlesMade == 5)
        }
    }

    /// A stream without an owner is closed: its peer sees the end.
    @Test func streamClosesWithItsOwner() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            defer { Glibc.close(theirs) }
            _ = try PipeStream(on: loop, descriptor: ours)
            loop.runOnce()
            var byte: UInt8 = 0
            #expect(recv(theirs, &byte, 1, Int32(MSG_DONTWAIT)) == 0)
        }
    }

    /// An owner may go away in a callback of its own handle.
    @Test func ownerGoesAwayInACallback() throws {
        try withLoop { loop in
            var timer: Timer?
            var calls = 0
            timer = try Timer(on: loop) {
                calls += 1
                timer = nil
            }
            timer?.start(after: .zero, repeating: .milliseconds(1))
            loop.run()
            #expect(calls == 1)
        }
    }

    /// A loop that nobody closes goes away with its owner, and so do its descriptors.
    @Test func loopClosesWithItsOwner() throws {
        func openDescriptors() -> Int { (0..<4096).count { fcntl($0, F_GETFD) >= 0 } }
        _ = try EventLoop()  // What libuv opens once for all loops.
        let before = openDescriptors()
        for _ in 0..<20 { _ = try EventLoop() }
        // Other tests run at the same time.
        #expect(openDescriptors() < before + 20)
    }
}

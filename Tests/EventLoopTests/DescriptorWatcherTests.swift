import EventLoop
import Glibc
import Testing

@Suite struct DescriptorWatcherTests {
    /// The watcher reports readable, writable, and the peer's end, as requested.
    @Test func tellsWhatIsWatchedFor() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            var seen: DescriptorWatcher.Events = []
            let watcher = try DescriptorWatcher(on: loop, descriptor: ours) { result in
                if case .success(let events) = result { seen.formUnion(events) }
            }
            try watcher.start(.readable)
            loop.runOnce()
            #expect(seen == [])
            #expect(write(theirs, "x", 1) == 1)
            try loop.run(until: { seen == .readable })
            seen = []
            try watcher.start(.writable)
            try loop.run(until: { seen == .writable })
            watcher.stop()
            seen = []
            loop.runOnce()
            #expect(seen == [])
            try watcher.start([.readable, .disconnected])
            Glibc.close(theirs)
            try loop.run(until: { seen.contains(.disconnected) })
            watcher.close()
            // Allowed immediately.
            Glibc.close(ours)
        }
    }

    /// What cannot be watched is refused.
    @Test func badDescriptor() throws {
        try withLoop { loop in
            #expect(throws: EventLoopError.self) {
                try DescriptorWatcher(on: loop, descriptor: -1) { _ in }
            }
        }
    }
}

import EventLoop
import Glibc
import Testing

/// Runs `body` with a loop, then closes the loop and compares the numbers of handles made and released.
func withLoop(_ body: (EventLoop) throws -> Void) throws {
    let loop = try EventLoop()
    defer {
        loop.close()
        #expect(loop.handlesMade == loop.handlesClosed)
    }
    try body(loop)
    // Handles that close themselves need rounds to do so.
    loop.runOnce()
    loop.runOnce()
}

extension EventLoop {
    /// Runs until `condition` holds; fails after a while.
    func run(until condition: () -> Bool, within limit: Duration = .seconds(10)) throws {
        let start = ContinuousClock.now
        while !condition() {
            runOnce()
            if condition() { return }
            try #require(ContinuousClock.now - start < limit, "waited too long")
            usleep(500)
        }
    }
}

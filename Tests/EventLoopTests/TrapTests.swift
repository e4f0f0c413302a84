import EventLoop
import Testing

@Suite struct TrapTests {
    /// What belongs to a loop stops the process when it is used on another thread.
    @Test func useOnAnotherThread() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            nonisolated(unsafe) let timer = try Timer(on: loop) {}
            let thread = try Thread { timer.stop() }
            thread.join()
        }
    }

    /// A loop cannot be closed while a handle on it is open.
    @Test func closingWithAnOpenHandle() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            let timer = try Timer(on: loop) {}
            withExtendedLifetime(timer) { loop.close() }
        }
    }
}

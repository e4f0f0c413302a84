import CLinux
import EventLoop
import Glibc
import Serving

/// Returns memory that a burst has left behind to the system, within seconds.
///
/// glibc keeps memory that was freed below memory still in use. `malloc_trim` returns it page by page, which takes
/// milliseconds and holds the allocator's lock, so it runs on the thread pool when nothing else happens. After a
/// request, the keeper checks once a second until there is nothing left to return.
/// docs/decisions/memory-is-trimmed-when-idle.md has the measurements.
///
/// Bound to the loop.
final class MemoryKeeper {
    private static let interval = Duration.seconds(1)
    /// A server up to this size can return too little to be worth asking the allocator, which looks at every free
    /// piece.
    private static let usualBytes = 24 << 20

    private let timer: Timer
    private let loop: EventLoop
    private let service: PredictionService
    private let memory: MemoryAccount
    private var policy = TrimPolicy()
    private var isLooking = false
    private var isWorking = false

    init(on loop: EventLoop, service: PredictionService, memory: MemoryAccount) throws(EventLoopError) {
        self.loop = loop
        self.service = service
        self.memory = memory
        var look: () -> Void = {}
        timer = try Timer(on: loop) { look() }
        look = { [unowned self] in self.look() }
    }

    /// A request has arrived. Costs almost nothing.
    @inline(__always)
    func requestArrived() {
        if !isLooking { startLooking() }
    }

    private func startLooking() {
        isLooking = true
        timer.start(after: Self.interval, repeating: Self.interval)
    }

    private func look() {
        guard !isWorking else { return }
        guard Self.residentBytes > Self.usualBytes else { return decide(garbageBytes: 0) }
        work({ Self.garbageBytes }, then: decide)
    }

    private func decide(garbageBytes: Int) {
        let held = memory.state
        let isSettled = service.isIdle && held.requestBytes == 0 && held.webhookBytes == 0
        switch policy.looked(garbageBytes: garbageBytes, isIdle: service.isIdle, isSettled: isSettled) {
        case .wait: break
        case .stop:
            isLooking = false
            timer.stop()
        case .trim:
            work {
                malloc_trim(0)
                return Self.garbageBytes
            } then: { [self] left in
                policy.trimmed(garbageBytes: left)
            }
        }
    }

    private func work(_ job: @escaping @Sendable () -> Int, then done: @escaping (Int) -> Void) {
        isWorking = true
        loop.submit(work: job) { [self] result in
            isWorking = false
            done(result)
        }
    }

    /// Memory that is resident but unused, including stacks and code.
    private static var garbageBytes: Int {
        let info = mallinfo2()
        return residentBytes - Int(info.uordblks) - Int(info.hblkhd)
    }

    /// proc_pid_statm(5): the second number is resident pages, the third those of them that are shared.
    private static var residentBytes: Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { text in
            let count = read(descriptor, text.baseAddress, text.count)
            let numbers = String(decoding: text[..<max(0, count)], as: UTF8.self).split(separator: " ")
            guard numbers.count > 2, let resident = Int(numbers[1]), let shared = Int(numbers[2]) else { return 0 }
            return (resident - shared) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }
}

@available(*, unavailable)
extension MemoryKeeper: Sendable {}

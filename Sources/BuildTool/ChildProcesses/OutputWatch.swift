@preconcurrency import Dispatch
import Glibc
import Synchronization
import Terminal
import ToolBasics

/// Passes on what a program writes, and remembers the end of it, to tell what went wrong.
///
/// On a terminal the program still writes to one, unless it writes for us alone: it then draws as if we weren't between.
final class OutputWatch: Sendable {
    /// The descriptor that the program writes to. The code that starts the program closes it.
    let childEnd: Int32
    private let ownEnd: Int32
    private let state = Mutex(State())
    private let finished = DispatchGroup()

    private struct State {
        var hasProgramEnded = false
    }

    private static let pauseMilliseconds: Int32 = 50

    private let sink: (@Sendable (ArraySlice<UInt8>) -> Void)?
    private let end: OutputEnd

    /// - Parameters:
    ///   - sink: gets the bytes; nil for our standard error.
    ///   - end: keeps the last of them.
    /// - Throws: where the system has no more descriptors.
    init(_ sink: (@Sendable (ArraySlice<UInt8>) -> Void)? = nil, _ end: OutputEnd) throws(ProcessFailure) {
        self.sink = sink
        self.end = end
        let ends = sink == nil && isatty(STDERR_FILENO) == 1 ? Self.terminal() : Self.pipe()
        guard let ends else { throw .noDescriptors(errno: errno) }
        (ownEnd, childEnd) = ends
        finished.enter()
        DispatchQueue(label: "cog.output").async { [self] in
            copy()
            close(ownEnd)
            finished.leave()
        }
    }

    /// Waits until everything was passed on that was written before the program ended, and gives the end of it.
    func text() async -> String {
        state.withLock { $0.hasProgramEnded = true }
        await withCheckedContinuation { continuation in
            finished.notify(queue: .global()) { continuation.resume() }
        }
        return end.text
    }

    private func copy() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var ready = pollfd(fd: ownEnd, events: Int16(POLLIN), revents: 0)
            let isOver = state.withLock { $0.hasProgramEnded }
            let count = poll(&ready, 1, Self.pauseMilliseconds)
            if count < 0, errno == EINTR { continue }
            // A helper of the program may keep its end open for longer than the program runs.
            if count <= 0 {
                if isOver || count < 0 { return }
                continue
            }
            // A terminal whose other end is closed fails, a pipe is at its end.
            let length = read(ownEnd, &buffer, buffer.count)
            if length < 0, errno == EINTR { continue }
            guard length > 0 else { return }
            pass(buffer[..<length])
        }
    }

    private func pass(_ bytes: ArraySlice<UInt8>) {
        if let sink { sink(bytes) } else { LiveLine.shared.write(bytes) }
        end.append(bytes)
    }

    // MARK: - Descriptors

    /// TIOCGPTN and TIOCSPTLCK of Linux, which glibc's headers have only among their extensions.
    private static let getNumberRequest: UInt = 0x8004_5430
    private static let setLockRequest: UInt = 0x4004_5431

    private static func pipe() -> (Int32, Int32)? {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        // Other programs that are started meanwhile must not keep it open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// A terminal of the same size as ours.
    private static func terminal() -> (Int32, Int32)? {
        let own = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard own >= 0 else { return nil }
        var number: UInt32 = 0
        var isLocked: Int32 = 0
        guard ioctl(own, getNumberRequest, &number) == 0, ioctl(own, setLockRequest, &isLocked) == 0 else {
            close(own)
            return nil
        }
        let child = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard child >= 0 else {
            close(own)
            return nil
        }
        var size = winsize()
        if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 { _ = ioctl(child, UInt(TIOCSWINSZ), &size) }
        // Our terminal turns line ends into what it needs.
        var settings = termios()
        if tcgetattr(child, &settings) == 0 {
            settings.c_oflag &= ~tcflag_t(OPOST)
            tcsetattr(child, TCSANOW, &settings)
        }
        return (own, child)
    }
}

import Glibc

/// A descriptor that one thread makes readable to wake another.
struct Doorbell: Sendable {
    /// Readable from ``ring()`` until ``silence()``.
    let descriptor: Int32
    private let writeDescriptor: Int32

    init() {
        (descriptor, writeDescriptor) = Self.makePipe()
    }

    /// In a forked process: replaces the pipe, keeping the descriptor numbers. Processes that share a pipe would wake
    /// each other.
    func renew() {
        let (new, newWriteEnd) = Self.makePipe()
        // Python knows the numbers, so they must stay.
        for (new, old) in [(new, descriptor), (newWriteEnd, writeDescriptor)] {
            dup2(new, old)
            _ = fcntl(old, F_SETFD, FD_CLOEXEC)
            close(new)
        }
    }

    private static func makePipe() -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            complain("can't make a pipe: errno \(errno)")
            _exit(71)
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return (ends[0], ends[1])
    }

    func ring() {
        var byte: UInt8 = 1
        // A full pipe is already readable.
        _ = write(writeDescriptor, &byte, 1)
    }

    func silence() {
        withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { bytes in
            while read(descriptor, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }
}

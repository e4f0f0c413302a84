import Glibc

/// A descriptor that one thread makes readable for another.
struct Doorbell: Sendable {
    /// Readable from ``ring()`` until ``silence()``.
    let descriptor: Int32
    private let writeDescriptor: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "pipe: \(errno)")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        descriptor = ends[0]
        writeDescriptor = ends[1]
    }

    func ring() {
        var byte: UInt8 = 1
        // A full pipe is readable already.
        _ = write(writeDescriptor, &byte, 1)
    }

    func silence() {
        withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { bytes in
            while read(descriptor, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }
}

internal import Glibc

/// An open file that is closed when nothing refers to it any more.
///
/// Jobs on the thread pool and the loop share it. Every read and write specifies its offset, so there is no shared
/// position.
public final class OpenFile: Sendable {
    /// The descriptor, open while this object lives.
    public let descriptor: Int32

    /// Takes ownership of `descriptor`, which is closed with this object.
    public init(taking descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Reads up to `destination.count` bytes at `offset`; fewer only at the end of the file. Blocks.
    public func read(into destination: UnsafeMutableRawBufferPointer, at offset: Int) -> Result<Int, SystemError> {
        var done = 0
        while done < destination.count {
            let count = pread(
                descriptor, destination.baseAddress! + done, destination.count - done, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                return .failure(SystemError(code: errno, operation: "read"))
            }
        }
        return .success(done)
    }

    /// Writes all of `source` at `offset`. Blocks.
    public func write(_ source: UnsafeRawBufferPointer, at offset: Int) -> Result<Void, SystemError> {
        var done = 0
        while done < source.count {
            let count = pwrite(descriptor, source.baseAddress! + done, source.count - done, off_t(offset + done))
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                return .failure(SystemError(code: errno, operation: "write"))
            }
        }
        return .success(())
    }
}

/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: Int32
    /// The attempted operation, as a verb.
    public let operation: String

    /// Makes an error from `errno` and a verb.
    public init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The failure as a printable clause.
    public var description: String {
        // Thread-safe: since glibc 2.32, strerror() keeps its text per thread.
        "cannot \(operation): \(String(cString: strerror(code)))"
    }
}

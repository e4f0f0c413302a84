internal import CLinux
internal import EventLoop
internal import Glibc
internal import WorkerProtocol

/// The server's end of a worker's ``SharedMemory``.
///
/// The server never maps it. The model can write or truncate the memory at any time, so the server would read it while
/// it changes, and reading past a new end kills the reader. The server reads the descriptor once, after the worker's
/// end.
struct WorkerMemory: ~Copyable {
    /// The descriptor for the worker.
    let descriptor: OwnedDescriptor

    /// Makes zeroed memory.
    init() throws(EventLoopError) {
        let memory = OwnedDescriptor(taking: memfd_create("coglet-worker", coglinux_memfd_close_on_exec))
        guard memory.isOpen else { throw .libuv(-errno, in: "memfd_create") }
        guard ftruncate(memory.raw, off_t(SharedMemory.totalBytes)) == 0 else { throw .libuv(-errno, in: "ftruncate") }
        // The worker shares the offset, so its plain writes are placed after the shared memory.
        guard lseek(memory.raw, 0, SEEK_END) == SharedMemory.totalBytes else { throw .libuv(-errno, in: "lseek") }
        descriptor = memory
    }

    /// Copies what the worker left.
    func snapshot() throws(SharedSnapshot.Fault) -> SharedSnapshot {
        let copy = [UInt8](unsafeUninitializedCapacity: SharedMemory.totalBytes) { buffer, count in
            count = max(0, pread(descriptor.raw, buffer.baseAddress, buffer.count, 0))
        }
        return try SharedSnapshot(copy: copy)
    }

    /// Copies the end of what the worker has written after the shared memory.
    func lastWords() -> [UInt8] {
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0, Int(status.st_size) > SharedMemory.totalBytes else { return [] }
        let start = max(SharedMemory.totalBytes, Int(status.st_size) - LastWordsText.limitBytes)
        return [UInt8](unsafeUninitializedCapacity: LastWordsText.limitBytes) { buffer, count in
            count = max(0, pread(descriptor.raw, buffer.baseAddress, buffer.count, off_t(start)))
        }
    }
}

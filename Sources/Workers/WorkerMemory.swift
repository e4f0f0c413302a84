internal import CLinux
internal import EventLoop
internal import Glibc
internal import WorkerProtocol

/// The server's end of a worker's ``SharedMemory``.
///
/// It is never mapped here: memory that the model can shorten or write at any time would be read while it changes, and
/// reading behind a new end kills the reader. The descriptor is read once, after the worker's end.
struct WorkerMemory: ~Copyable {
    /// To be given to the worker.
    let descriptor: OwnedDescriptor

    /// Makes memory full of zeros.
    init() throws(EventLoopError) {
        let memory = OwnedDescriptor(taking: memfd_create("coglet-worker", coglinux_memfd_close_on_exec))
        guard memory.isOpen else { throw .libuv(-errno, in: "memfd_create") }
        guard ftruncate(memory.raw, off_t(SharedMemory.totalBytes)) == 0 else { throw .libuv(-errno, in: "ftruncate") }
        // The worker shares the position: what it simply writes comes behind the shared memory.
        guard lseek(memory.raw, 0, SEEK_END) == SharedMemory.totalBytes else { throw .libuv(-errno, in: "lseek") }
        descriptor = memory
    }

    /// Copies what the worker has left.
    func snapshot() throws(SharedSnapshot.Fault) -> SharedSnapshot {
        let copy = [UInt8](unsafeUninitializedCapacity: SharedMemory.totalBytes) { buffer, count in
            count = max(0, pread(descriptor.raw, buffer.baseAddress, buffer.count, 0))
        }
        return try SharedSnapshot(copy: copy)
    }

    /// Copies the end of what the worker has written behind it.
    func lastWords() -> [UInt8] {
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0, Int(status.st_size) > SharedMemory.totalBytes else { return [] }
        let start = max(SharedMemory.totalBytes, Int(status.st_size) - LastWordsText.limitBytes)
        return [UInt8](unsafeUninitializedCapacity: LastWordsText.limitBytes) { buffer, count in
            count = max(0, pread(descriptor.raw, buffer.baseAddress, buffer.count, off_t(start)))
        }
    }
}

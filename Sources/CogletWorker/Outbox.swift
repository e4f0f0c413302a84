import CPythonBridge
import Glibc
import Synchronization
import WorkerProtocol

/// Frames on their way to the server.
///
/// Small frames gather in ``SharedMemory`` so that a model that yields quickly costs few system calls. What a crash leaves
/// there, the server still reads.
///
/// Safe to share: `lock` guards everything below it.
final class Outbox: @unchecked Sendable {
    /// Frames that may wait are sent this long after the last system call.
    private static let gatherNanoseconds: UInt64 = 500_000
    private static let gatherMilliseconds: Int32 = 1

    /// Readable when ``flushLate()`` should be called.
    var wakeDescriptor: Int32 { doorbell.descriptor }
    private let doorbell = Doorbell()

    private let descriptor: Int32
    private let lock = Mutex(())
    private let shared: SharedMemory
    private var lastFlush: UInt64 = 0
    private var isLateFlushArmed = false

    init(descriptor: Int32, shared: SharedMemory) {
        self.descriptor = descriptor
        self.shared = shared
    }

    /// Copies a small frame into the buffer, without ever waiting.
    func queue(_ frame: cogpy_frame, urgency: Int32) -> Int32 {
        guard !Fork.isChild else { return COGPY_QUEUED.outcome }
        return lock.withLockIfAvailable { _ in append(frame, urgency: urgency) } ?? COGPY_NOT_QUEUED.outcome
    }

    /// Writes what is in the buffer, then `frame`. Waits while the channel is full.
    func flush(_ frame: cogpy_frame?) {
        guard !Fork.isChild else { return }
        lock.withLock { _ in
            writeQueued()
            if let frame { writeDirectly(frame) }
        }
    }

    /// To be called on the I/O thread when ``wakeDescriptor`` is readable: sends what nobody else has sent.
    func flushLate() {
        doorbell.silence()
        poll(nil, 0, Self.gatherMilliseconds)
        lock.withLock { _ in
            isLateFlushArmed = false
            writeQueued()
        }
    }

    // MARK: - With the lock taken

    private func append(_ frame: cogpy_frame, urgency: Int32) -> Int32 {
        let parts = UnsafeBufferPointer(start: frame.parts, count: frame.part_count)
        let content = parts.reduce(0) { $0 + $1.count }
        guard shared.queued + FrameHeader.byteCount + content <= SharedMemory.capacityBytes,
            let kind = FrameKind(rawValue: frame.kind)
        else { return COGPY_NOT_QUEUED.outcome }
        var end = shared.bytes + shared.queued
        FrameHeader(kind, detail: frame.detail, token: frame.token, contentBytes: content).write(to: end)
        end += FrameHeader.byteCount
        for part in parts where part.count > 0 {
            end.copyMemory(from: part.base!, byteCount: part.count)
            end += part.count
        }
        shared.queued = end - shared.bytes
        switch urgency {
        case COGPY_NOW.outcome: return COGPY_QUEUED_FLUSH.outcome
        case COGPY_HELD.outcome: return COGPY_QUEUED.outcome
        default: break
        }
        if monotonicNanoseconds() - lastFlush > Self.gatherNanoseconds { return COGPY_QUEUED_FLUSH.outcome }
        if !isLateFlushArmed {
            isLateFlushArmed = true
            doorbell.ring()
        }
        return COGPY_QUEUED.outcome
    }

    private func writeQueued() {
        let count = shared.queued
        guard count > 0 else { return }
        write(UnsafeRawBufferPointer(start: shared.bytes, count: count))
        // In this order: a crash in between must not show the server bytes that it has already received.
        shared.queued = 0
        shared.sent += count
        lastFlush = monotonicNanoseconds()
    }

    private func writeDirectly(_ frame: cogpy_frame) {
        guard let kind = FrameKind(rawValue: frame.kind) else { return }
        let parts = UnsafeBufferPointer(start: frame.parts, count: frame.part_count)
        let content = parts.reduce(0) { $0 + $1.count }
        let header = FrameHeader(kind, detail: frame.detail, token: frame.token, contentBytes: content).bytes
        header.withUnsafeBytes { write($0, passing: frame.descriptor) }
        for part in parts { write(UnsafeRawBufferPointer(start: part.base, count: part.count)) }
        shared.sent += FrameHeader.byteCount + content
        lastFlush = monotonicNanoseconds()
    }

    /// Writes everything; a channel that can't be written has no server, or a model that closed it: the worker ends.
    private func write(_ bytes: UnsafeRawBufferPointer, passing passed: Int32 = -1) {
        var rest = bytes
        var passed = passed
        while rest.count > 0 {
            let count: Int
            if passed >= 0 {
                count = sendWithDescriptor(descriptor, rest, passed)
            } else {
                count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                complain("the work channel is gone (errno \(errno))")
                _exit(74)
            }
            passed = -1
            rest = .init(rebasing: rest[count...])
        }
    }
}

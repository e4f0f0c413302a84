import CPythonBridge
import Glibc
import WorkerProtocol

/// Queues frames for the server and sends them.
///
/// Small frames gather in ``SharedMemory``, so a model that yields quickly makes few system calls. After a crash, the
/// server still reads what is left there.
///
/// Safe to share: `lock` guards everything below it.
final class FrameOutbox: @unchecked Sendable {
    /// Frames that may wait are sent this long after the last system call.
    private static let gatherNanoseconds: UInt64 = 500_000
    private static let gatherMilliseconds: Int32 = 1
    /// After this many consecutive turns without anything to send late, the I/O thread sleeps until the doorbell rings.
    /// Waking it for each line costs as much as sending the line.
    private static let idleTurnLimit = 10

    /// Readable when ``rung()`` should be called.
    var wakeDescriptor: Int32 { doorbell.descriptor }
    /// When the I/O thread should call ``flushLate()``, in milliseconds from now; -1 for never. Used only by that
    /// thread.
    private(set) var lateFlushMilliseconds: Int32 = -1
    private var idleTurns = 0
    private let doorbell = Doorbell()

    private let descriptor: Int32
    private let lock = Lock(())
    private let shared: SharedMemory
    private var lastFlush: UInt64 = 0
    /// The I/O thread will flush without being woken.
    private var isLateFlushArmed = false
    /// Something was left to the I/O thread since its last turn.
    private var hasGathered = false
    /// Log text has been sent since ``sendBarrier(_:)``.
    private var hasText = false

    init(descriptor: Int32, shared: SharedMemory) {
        self.descriptor = descriptor
        self.shared = shared
    }

    /// In a forked worker: replaces the template's memory with its own, behind `memory`.
    func startOver(sharing memory: Int32) {
        lock.startOver(with: ())
        doorbell.renew()
        isLateFlushArmed = false
        hasGathered = false
        hasText = false
        lateFlushMilliseconds = -1
        idleTurns = 0
        lastFlush = 0
        guard shared.remap(memory) else {
            complain("can't map the shared memory: errno \(errno)")
            _exit(71)
        }
    }

    /// Copies a small frame into the buffer; never waits.
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

    /// Asks the server to report when it has handled everything sent so far. Returns false if no text was sent since
    /// the last time.
    func sendBarrier(_ token: UInt32) -> Bool {
        lock.withLock { _ in
            guard hasText else { return false }
            hasText = false
            writeQueued()
            writeDirectly(
                cogpy_frame(
                    kind: FrameKind.barrier.rawValue, detail: 0, token: token, descriptor: -1, parts: nil,
                    part_count: 0))
            return true
        }
    }

    /// Call this on the I/O thread when ``wakeDescriptor`` is readable.
    func rung() {
        doorbell.silence()
        lateFlushMilliseconds = Self.gatherMilliseconds
        idleTurns = 0
    }

    /// Call this on the I/O thread after ``lateFlushMilliseconds``: sends what no other thread has sent.
    func flushLate() {
        lock.withLock { _ in
            writeQueued()
            idleTurns = hasGathered ? 0 : idleTurns + 1
            hasGathered = false
            isLateFlushArmed = idleTurns < Self.idleTurnLimit
            if !isLateFlushArmed { lateFlushMilliseconds = -1 }
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
        if kind == .log { hasText = true }
        switch urgency {
        case COGPY_NOW.outcome: return COGPY_QUEUED_FLUSH.outcome
        case COGPY_HELD.outcome: return COGPY_QUEUED.outcome
        case COGPY_LATER.outcome: break
        default:
            if monotonicNanoseconds() - lastFlush > Self.gatherNanoseconds { return COGPY_QUEUED_FLUSH.outcome }
        }
        hasGathered = true
        if !isLateFlushArmed {
            isLateFlushArmed = true
            doorbell.ring()
        }
        return COGPY_QUEUED.outcome
    }

    private func writeQueued() {
        let count = shared.queued
        guard count > 0 else { return }
        var vector = iovec(iov_base: shared.bytes, iov_len: count)
        withUnsafeMutablePointer(to: &vector) { write(UnsafeMutableBufferPointer(start: $0, count: 1)) }
        // In this order: after a crash in between, the server must not see bytes that it has already received.
        shared.queued = 0
        shared.sent += count
        lastFlush = monotonicNanoseconds()
    }

    private func writeDirectly(_ frame: cogpy_frame) {
        guard let kind = FrameKind(rawValue: frame.kind) else { return }
        if kind == .log { hasText = true }
        let parts = UnsafeBufferPointer(start: frame.parts, count: frame.part_count)
        let content = parts.reduce(0) { $0 + $1.count }
        let header = FrameHeader(kind, detail: frame.detail, token: frame.token, contentBytes: content).bytes
        header.withUnsafeBytes { header in
            let sent = frame.descriptor < 0 ? 0 : self.sent { sendWithDescriptor(descriptor, header, frame.descriptor) }
            withUnsafeTemporaryAllocation(of: iovec.self, capacity: parts.count + 1) { vectors in
                vectors[0] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: header.baseAddress! + sent),
                    iov_len: header.count - sent)
                for (index, part) in parts.enumerated() {
                    vectors[index + 1] = iovec(
                        iov_base: UnsafeMutableRawPointer(mutating: part.base), iov_len: part.count)
                }
                write(vectors)
            }
        }
        shared.sent += FrameHeader.byteCount + content
        lastFlush = monotonicNanoseconds()
    }

    /// Writes everything in the vectors, modifying them.
    private func write(_ vectors: UnsafeMutableBufferPointer<iovec>) {
        var first = 0
        while true {
            while first < vectors.count, vectors[first].iov_len == 0 { first += 1 }
            guard first < vectors.count else { return }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress! + first
            message.msg_iovlen = vectors.count - first
            var count = sent { sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL)) }
            while count > 0 {
                let done = min(count, vectors[first].iov_len)
                vectors[first].iov_base += done
                vectors[first].iov_len -= done
                count -= done
                if vectors[first].iov_len == 0 { first += 1 }
            }
        }
    }

    /// The number of bytes that a system call sent; retries until it succeeds. If the channel can't be written, the
    /// server is gone or the model closed the channel, so the worker exits.
    private func sent(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case ETOOMANYREFS:
                // This user has too many descriptors in flight (unix(7)); the server takes them one by one.
                usleep(1_000)
            default:
                complain("the work channel is gone (errno \(errno))")
                LastWordsWriter.tellChannelClosed()
                _exit(LastWordsText.channelClosedStatus)
            }
        }
    }
}

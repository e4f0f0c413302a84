import EventLoop
import Glibc
import WorkerProtocol

/// What a ``WorkerChannel`` tells its owner, on the loop.
protocol WorkerChannelDelegate: AnyObject {
    /// A frame arrived; its content is borrowed. `descriptors` holds what came along and wasn't taken yet.
    func channel(_ channel: WorkerChannel, received frame: Frame)

    /// The worker has closed the channel, or broke the protocol: it is of no further use.
    func channelEnded(_ channel: WorkerChannel, _ reason: String)
}

/// The server's end of one of the two sockets to a worker.
///
/// Bound to the loop. Small frames of one round of the loop leave together at its end, large ones at once; what the socket
/// has no room for waits in memory.
final class WorkerChannel {
    /// A frame up to this size is copied to leave with others; and so much is gathered at most.
    private static let gatherLimitBytes = 32 * 1024

    unowned(unsafe) var delegate: (any WorkerChannelDelegate)?
    /// How many bytes came in since the start: tells which of the frames in the shared memory are new after the worker's end.
    private(set) var receivedBytes = 0
    /// Counts the times that frames were taken, many at once as it may be.
    private(set) var receipts = 0

    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    private var frames = FrameBuffer()
    private var descriptors: [Int32] = []
    private var gathered: [UInt8] = []
    private var prepare: Prepare?
    private var waiting: [[UInt8]] = []
    private var firstOffset = 0
    private var isEnded = false

    /// Takes over `descriptor`.
    init(on loop: EventLoop, descriptor: Int32) throws(EventLoopError) {
        self.descriptor = descriptor
        watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] events in
            eventsArrived(events)
        }
        try watcher?.start(.readable)
        prepare = try Prepare(on: loop) { [unowned self] in sendGathered() }
    }

    deinit {
        for passed in descriptors { Glibc.close(passed) }
    }

    /// The oldest descriptor that came along with a frame; the caller owns it.
    func takeDescriptor() -> Int32? {
        descriptors.isEmpty ? nil : descriptors.removeFirst()
    }

    /// Takes the content of the frame at hand without copying it, if it is large; see ``FrameBuffer/detach(_:)``.
    func detach(_ frame: Frame) -> AnyObject? {
        frames.detach(frame)
    }

    /// Tells the worker that nothing more will be sent: it ends in an orderly way.
    func finishSending() {
        guard !isEnded else { return }
        sendGathered()
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads what is there, without waiting, also when the loop has not said so.
    func drain() {
        receive()
    }

    func close() {
        guard let watcher else { return }
        isEnded = true
        watcher.close()
        self.watcher = nil
        prepare?.close()
        prepare = nil
        Glibc.close(descriptor)
    }

    // MARK: - Sending

    /// Sends the parts of a frame, one after another.
    func send(_ parts: [UnsafeRawBufferPointer]) {
        guard !isEnded else { return }
        let count = parts.reduce(0) { $0 + $1.count }
        if gathered.count + count <= Self.gatherLimitBytes {
            for part in parts { gathered.append(contentsOf: part) }
            return
        }
        sendGathered()
        sendNow(parts)
    }

    private func sendGathered() {
        guard !gathered.isEmpty, !isEnded else { return }
        gathered.withUnsafeBytes { sendNow([$0]) }
        gathered.removeAll(keepingCapacity: true)
    }

    private func sendNow(_ parts: [UnsafeRawBufferPointer]) {
        guard waiting.isEmpty else {
            keep(parts, from: 0)
            return
        }
        let sent = trySend(parts)
        if sent < parts.reduce(0, { $0 + $1.count }) { keep(parts, from: max(sent, 0)) }
    }

    private func trySend(_ parts: [UnsafeRawBufferPointer]) -> Int {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: parts.count) { vectors in
            var used = 0
            for part in parts where !part.isEmpty {
                vectors[used] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress), iov_len: part.count)
                used += 1
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = used
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    }

    /// Copies what could not be sent: it waits until the worker reads.
    private func keep(_ parts: [UnsafeRawBufferPointer], from offset: Int) {
        var skip = offset
        for part in parts {
            if skip >= part.count {
                skip -= part.count
                continue
            }
            waiting.append([UInt8](part[skip...]))
            skip = 0
        }
        watch()
    }

    private func sendWaiting() {
        while let first = waiting.first {
            let count = first.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor, bytes.baseAddress! + firstOffset, bytes.count - firstOffset,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count >= 0 else { break }
            firstOffset += count
            if firstOffset == first.count {
                waiting.removeFirst()
                firstOffset = 0
            }
        }
        watch()
    }

    private func watch() {
        do throws(EventLoopError) {
            try watcher?.start(waiting.isEmpty ? .readable : [.readable, .writable])
        } catch {
            end("\(error)")
        }
    }

    // MARK: - Receiving

    private func eventsArrived(_ events: Result<DescriptorWatcher.Events, EventLoopError>) {
        switch events {
        case .failure(let error):
            end("\(error)")
        case .success(let events):
            if events.contains(.writable) { sendWaiting() }
            if !isEnded, events.contains(.readable) { receive() }
        }
    }

    private func receive() {
        while !isEnded {
            let space = frames.space()
            let count = receiveWithDescriptors(descriptor, into: space, descriptors: &descriptors)
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { end("errno \(errno)") }
                return
            }
            guard count > 0 else {
                end("end of stream")
                return
            }
            receivedBytes += count
            receipts += 1
            frames.received(count)
            guard deliver() else { return }
            // A short read has emptied the socket; asking again would cost a system call to learn just that.
            if count < space.count { return }
        }
    }

    /// Takes frames that did not come through the socket: what a dead worker has left in the shared memory.
    func deliver(leftOver bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            let space = frames.space()
            let count = min(space.count, rest.count)
            space.copyMemory(from: .init(rebasing: rest[..<count]))
            receipts += 1
            frames.received(count)
            rest = .init(rebasing: rest[count...])
            guard deliver() else { return }
        }
    }

    private func deliver() -> Bool {
        do {
            while let frame = try frames.next() { delegate?.channel(self, received: frame) }
            return true
        } catch {
            end("\(error)")
            return false
        }
    }

    private func end(_ reason: String) {
        guard !isEnded else { return }
        isEnded = true
        watcher?.stop()
        delegate?.channelEnded(self, reason)
    }
}

@available(*, unavailable)
extension WorkerChannel: Sendable {}

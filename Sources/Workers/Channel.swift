internal import EventLoop
internal import Glibc
internal import WorkerProtocol

/// What a ``Channel`` reports to its owner, on the loop.
protocol ChannelDelegate: AnyObject {
    /// A frame arrived; its content is borrowed and hasn't been checked yet.
    func channel(_ channel: Channel, received frame: Frame)

    /// The worker has closed the channel, or the channel is broken.
    func channelEnded(_ channel: Channel, _ reason: String)

    /// Something arrived that no worker sends. The channel delivers nothing after this.
    func channel(_ channel: Channel, found fault: WorkerFault)
}

/// The server's end of one of the two sockets to a worker.
///
/// Bound to the loop. Small frames of one round of the loop are sent together at its end, large ones immediately. What
/// doesn't fit into the socket waits in memory.
final class Channel {
    /// A frame up to this size is copied to be sent with others; this is also the most that is collected.
    private static let gatherLimitBytes = 32 * 1024
    /// After this many bytes, the loop serves others before it returns: a worker can send faster than the server reads.
    private static let roundLimitBytes = 1 << 20

    unowned(unsafe) var delegate: (any ChannelDelegate)?
    /// The number of bytes received: tells, after the worker's end, which frames in the shared memory are new.
    var receivedBytes: Int { received.bytes }
    /// The number of times that frames were received, possibly many at once.
    var receipts: Int { received.receipts }
    /// The current frame was sent before the loop asked which descriptors are readable. So anything written to a pipe
    /// before that has been reported, and the pipe has been read if the loop watches it.
    var isOlderThanReport: Bool { reports.isFrameOlder }
    /// Something waits because the worker isn't reading.
    var hasBacklog: Bool { !waiting.isEmpty }

    private var received = (bytes: 0, receipts: 0)
    private var descriptor: OwnedDescriptor
    private var watcher: DescriptorWatcher?
    private var frames = FrameBuffer()
    private var passed = PassedDescriptors()
    private var gathered: [UInt8] = []
    private var prepare: Prepare?
    private var waiting = SendQueue()
    private var state = State.open
    private var isPaused = false
    private var reports = SocketReports()

    private enum State {
        case open
        /// Nothing is sent any more, and the loop no longer reports what arrives.
        case ended
        /// In addition, nothing is delivered any more.
        case muted
    }

    /// Takes over `descriptor`.
    init(on loop: EventLoop, descriptor: consuming OwnedDescriptor) throws(EventLoopError) {
        let raw = descriptor.raw
        self.descriptor = descriptor
        watcher = try DescriptorWatcher(on: loop, descriptor: raw) { [unowned self] events in eventsArrived(events) }
        try watcher?.start(.readable)
        prepare = try Prepare(on: loop) { [unowned self] in
            // Both, whatever the first one returns.
            let hasReceived = receiveReported()
            return sendGathered() || hasReceived
        }
    }

    deinit {
        // Before the descriptor that it watches.
        watcher?.close()
    }

    /// The descriptor of the current output file; nil if this process had reached its limit of open files.
    func takeDescriptor() -> PassedDescriptor? {
        passed.takeFirst()
    }

    /// Takes the content of the current frame without copying it, if it is large; see ``FrameBuffer/detach(_:)``.
    func detach(_ frame: Frame) -> AnyObject? {
        frames.detach(frame)
    }

    /// Tells the worker that nothing more will be sent, so that it ends in an orderly way.
    func finishSending() {
        guard state == .open else { return }
        sendGathered()
        shutdown(descriptor.raw, Int32(SHUT_WR))
    }

    /// Reads everything available without waiting; for the end, when the loop won't call again.
    func drain() {
        receive(upTo: bytesWaiting(in: descriptor.raw), stopsAtShortRead: false)
    }

    /// Stops reading until ``resume()``.
    func pause() {
        isPaused = true
        watch()
    }

    /// Resumes reading.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        watch()
    }

    /// Stops sending and delivering for good.
    func mute() {
        state = .muted
        watcher?.stop()
    }

    func close() {
        guard let watcher else { return }
        state = .muted
        watcher.close()
        self.watcher = nil
        prepare?.close()
        prepare = nil
        descriptor.close()
        passed.close()
    }

    // MARK: - Sending

    /// Sends the parts of a frame in order. Data that has to wait isn't copied if it comes after the first `copied`
    /// parts and has an owner that keeps it in place.
    func send(_ parts: [UnsafeRawBufferPointer], copied: Int = .max, keeping owner: AnyObject? = nil) {
        guard state == .open else { return }
        let count = parts.reduce(0) { $0 + $1.count }
        if gathered.count + count <= Self.gatherLimitBytes {
            for part in parts { gathered.append(contentsOf: part) }
            return
        }
        sendGathered()
        sendNow(parts, copied: copied, keeping: owner)
    }

    /// Sends bytes with open descriptors, immediately or not at all; `errno` says why not.
    func send(_ bytes: [UInt8], passing descriptors: [Int32]) -> Bool {
        sendGathered()
        guard state == .open, waiting.isEmpty else {
            errno = EPIPE
            return false
        }
        return bytes.withUnsafeBytes { sendDescriptors(descriptors, over: descriptor.raw, with: $0) }
    }

    /// Sends what was collected; returns whether there was anything.
    @discardableResult
    private func sendGathered() -> Bool {
        guard !gathered.isEmpty, state == .open else { return false }
        gathered.withUnsafeBytes { sendNow([$0], copied: .max, keeping: nil) }
        gathered.removeAll(keepingCapacity: true)
        return true
    }

    private func sendNow(_ parts: [UnsafeRawBufferPointer], copied: Int, keeping owner: AnyObject?) {
        let sent = waiting.isEmpty ? max(trySend(parts), 0) : 0
        if sent < parts.reduce(0, { $0 + $1.count }) {
            waiting.append(parts, from: sent, copied: copied, owner: owner)
            watch()
        }
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
            return sendmsg(descriptor.raw, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    }

    private func sendWaiting() {
        // The worker doesn't read any more, so waiting for room would spin.
        guard waiting.send(to: descriptor.raw) else { return end("send: errno \(errno)") }
        watch()
    }

    private func watch() {
        guard state == .open else { return }
        let events: DescriptorWatcher.Events = waiting.isEmpty ? [] : .writable
        do throws(EventLoopError) {
            try watcher?.start(isPaused ? events : events.union(.readable))
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
            // Frames are received after everything else that the loop found at the same time: text on the pipes.
            reports.reported(
                inRound: prepare?.rounds ?? 0, isReadable: events.contains(.readable), isFrameArriving: !frames.isEmpty)
        }
    }

    /// Receives what the loop reported; returns whether anything was reported.
    private func receiveReported() -> Bool {
        guard reports.take() else { return false }
        if state == .open { receive(upTo: Self.roundLimitBytes, stopsAtShortRead: true) }
        reports.frameDelivered()
        return true
    }

    /// Reads until `limitBytes` have come or nothing is left.
    ///
    /// A short read has usually emptied the socket, and asking again would cost a system call. But the kernel also ends
    /// a read at bytes that come with a descriptor (unix(7)), so stop there only if the loop calls again.
    private func receive(upTo limitBytes: Int, stopsAtShortRead: Bool) {
        var total = 0
        while state != .muted, total < limitBytes, !(isPaused && stopsAtShortRead) {
            let space = frames.space()
            var receipt = receiveWithDescriptor(descriptor.raw, into: space)
            let count = receipt.count
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { end("errno \(errno)") }
                return
            }
            guard count > 0 else {
                end("end of stream")
                return
            }
            received.bytes += count
            received.receipts += 1
            frames.received(count)
            guard passed.take(&receipt) || refuse(.strayDescriptor), deliver() else { return }
            total += count
            if stopsAtShortRead, count < space.count { return }
        }
    }

    /// Delivers frames that didn't come through the socket: what a dead worker left in the shared memory.
    func deliver(leftOver bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let space = frames.space()
                let count = min(space.count, rest.count)
                space.copyMemory(from: .init(rebasing: rest[..<count]))
                received.receipts += 1
                frames.received(count)
                rest = .init(rebasing: rest[count...])
                guard deliver() else { return }
            }
        }
    }

    /// Delivers the complete frames. False if nothing more is to be delivered.
    private func deliver() -> Bool {
        do throws(FrameError) {
            while state != .muted, let frame = try frames.next() {
                let isFile = frame.header.kind == .outputFile
                guard !isFile || passed.hasFirst else { return refuse(.missingDescriptor) }
                delegate?.channel(self, received: frame)
                if isFile { passed.advance() }
                reports.frameDelivered()
            }
        } catch {
            return refuse(.frame(error))
        }
        guard state != .muted else { return false }
        return passed.canBelong(toFrameOf: frames.pendingHeader?.kind, isArriving: !frames.isEmpty)
            || refuse(.strayDescriptor)
    }

    private func refuse(_ fault: WorkerFault) -> Bool {
        mute()
        delegate?.channel(self, found: fault)
        return false
    }

    private func end(_ reason: String) {
        guard state == .open else { return }
        state = .ended
        watcher?.stop()
        delegate?.channelEnded(self, reason)
    }
}

@available(*, unavailable)
extension Channel: Sendable {}

import EventLoop
import Glibc

@testable import WorkerProtocol

/// The worker's ends of what connects it with the server.
struct WorkerEnds: ~Copyable {
    private(set) var work = OwnedDescriptor()
    private(set) var control = OwnedDescriptor()
    private(set) var memory = OwnedDescriptor()
    private(set) var outputs = [Int32]()

    init() {}

    /// Duplicates what a process would inherit.
    init(_ table: [Int32?]) {
        work = OwnedDescriptor(taking: dup(table[Int(WorkerDescriptors.work)]!))
        control = OwnedDescriptor(taking: dup(table[Int(WorkerDescriptors.control)]!))
        memory = OwnedDescriptor(taking: dup(table[Int(WorkerDescriptors.sharedMemory)]!))
        outputs = [dup(table[1]!), dup(table[2]!)]
    }

    deinit {
        for output in outputs { close(output) }
    }

    mutating func closeSockets() {
        work.close()
        control.close()
    }
}

/// What a worker does, one step after another. Frames are made around the bytes, so that not every change breaks their lengths.
struct WorkerScript {
    private static let kinds: [FrameKind] = [
        .ready, .setupFailed, .log, .output, .outputFile, .metric, .finished, .batchFailed, .health, .predict, .batch,
        .cancel, .healthCheck, .barrier, .barrierReached,
    ]

    private var rest: Slice<UnsafeRawBufferPointer>
    private let pieceBytes: Int
    private let passedDescriptor: Int32
    private var queuedBytes = 0
    private var sentBytes = 0

    init(_ bytes: UnsafeRawBufferPointer, pieceBytes: Int, passing descriptor: Int32) {
        rest = bytes[...]
        self.pieceBytes = pieceBytes
        passedDescriptor = descriptor
    }

    mutating func becomeReady(_ theirs: borrowing WorkerEnds, _ loop: EventLoop, _ listener: WorkerListener) {
        let content = Array(#"{"concurrency":1}"#.utf8)
        let frame = FrameHeader(.ready, contentBytes: content.count).bytes + content
        send(frame, theirs.work.raw, loop, listener)
        sentBytes += frame.count
    }

    /// False if nothing is left to do.
    mutating func step(_ theirs: borrowing WorkerEnds, _ loop: EventLoop, _ listener: WorkerListener) -> Bool {
        guard let step = rest.popFirst() else { return false }
        if step % 8 > 0, step % 8 < 5 { listener.isOneStream = false }
        switch step % 8 {
        case 0:
            let frame = frame()
            send(frame, theirs.work.raw, loop, listener)
            sentBytes += frame.count
        case 1: send(frame(), theirs.control.raw, loop, listener)
        case 2:
            let count = Int(byte() % 4) + 1
            let frame = frame()
            send(frame, theirs.work.raw, loop, listener, descriptors: count)
            sentBytes += frame.count
        case 3: _ = bytes().withUnsafeBytes { write(theirs.outputs[Int(step >> 3) % 2], $0.baseAddress, $0.count) }
        case 4: loop.runOnce()
        case 5:
            let raw = bytes()
            send(raw, theirs.work.raw, loop, listener)
            sentBytes += raw.count
        case 6: leave(frame(), in: theirs.memory.raw)
        default:
            // Nonsense in the counters, or less memory than there was.
            if step >> 3 == 0 { ftruncate(theirs.memory.raw, off_t(byte()) * 1100) }
            _ = bytes(upTo: 24).withUnsafeBytes { pwrite(theirs.memory.raw, $0.baseAddress, $0.count, 0) }
        }
        return true
    }

    // MARK: - Bytes

    private mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    private mutating func bytes(upTo limit: Int = 255) -> [UInt8] {
        let count = min(Int(byte()), limit, rest.count)
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A frame with the right length. Its content can repeat the same bytes many times, to be large.
    private mutating func frame() -> [UInt8] {
        let kindByte = byte()
        let (detail, token, repeats) = (byte(), UInt32(byte()), byte())
        let part = bytes()
        let content = [[UInt8]](repeating: part, count: repeats < 192 ? 1 : Int(repeats - 191) * 8).flatMap { $0 }
        let kind = kindByte < 224 ? Self.kinds[Int(kindByte) % Self.kinds.count] : .log
        var frame = FrameHeader(kind, detail: detail, token: token, contentBytes: content.count).bytes
        if kindByte >= 224 { frame[4] = kindByte }
        return frame + content
    }

    // MARK: - Sending

    private func send(
        _ bytes: [UInt8], _ socket: Int32, _ loop: EventLoop, _ listener: WorkerListener, descriptors: Int = 0
    ) {
        var sent = 0
        var passed = descriptors
        while sent < bytes.count, listener.fault == nil {
            let count = bytes[sent...].prefix(max(pieceBytes, bytes.count / 64)).withUnsafeBytes { piece in
                passed > 0
                    ? pass(passed, with: piece, socket) : Glibc.send(socket, piece.baseAddress, piece.count, flags)
            }
            // No room: the server reads first.
            if count < 0, errno != EAGAIN { return }
            if count > 0 {
                sent += count
                passed = 0
            }
            if count < 0 || pieceBytes != .max { loop.runOnce() }
        }
    }

    private var flags: Int32 { Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT) }

    /// Sends bytes with several descriptors; ours never pass more than one.
    private func pass(_ count: Int, with bytes: UnsafeRawBufferPointer, _ socket: Int32) -> Int {
        var vector = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        // `struct cmsghdr` (cmsg(3)), then the numbers.
        var control = [Int](repeating: 0, count: 2 + (count + 1) / 2)
        control[0] = 16 + 4 * count
        return withUnsafeMutablePointer(to: &vector) { vector in
            control.withUnsafeMutableBytes { control in
                control.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
                control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
                for index in 0..<count {
                    control.storeBytes(of: passedDescriptor, toByteOffset: 16 + 4 * index, as: Int32.self)
                }
                var message = msghdr()
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                return sendmsg(socket, &message, flags)
            }
        }
    }

    /// Adds a frame to those that wait in the shared memory, with counters as they should be.
    private mutating func leave(_ frame: [UInt8], in memory: Int32) {
        let count = min(frame.count, SharedMemory.capacityBytes - queuedBytes)
        frame.withUnsafeBytes {
            _ = pwrite(memory, $0.baseAddress, count, off_t(SharedMemory.headerBytes + queuedBytes))
        }
        queuedBytes += count
        [queuedBytes, sentBytes].withUnsafeBytes { _ = pwrite(memory, $0.baseAddress, $0.count, 0) }
    }
}

import CPythonBridge
import Glibc
import Testing
import WorkerProtocol

@testable import CogletWorker

/// When frames leave, and how.
@Suite struct FrameOutboxTests {
    private let outbox: FrameOutbox
    /// The server's end of the channel.
    private let server: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let file = try #require(tmpfile())
        #expect(ftruncate(fileno(file), SharedMemory.totalBytes) == 0)
        server = ends[0]
        outbox = FrameOutbox(descriptor: ends[1], shared: try #require(SharedMemory(mapping: fileno(file))))
    }

    @Test func lineThatIsFollowedLeavesAtOnce() {
        #expect(queue(COGPY_SOON.outcome) == COGPY_QUEUED_FLUSH.outcome)
    }

    @Test func lineThatNobodyFollowsLeavesWithTheNextFrame() {
        #expect(queue(COGPY_LATER.outcome) == COGPY_QUEUED.outcome)
        #expect(queue(COGPY_LATER.outcome) == COGPY_QUEUED.outcome)
        #expect(arrived() == 0)
        #expect(queue(COGPY_NOW.outcome) == COGPY_QUEUED_FLUSH.outcome)
        outbox.flush(nil)
        #expect(arrived() == 3 * FrameHeader.byteCount)
    }

    /// The doorbell rings once for many lines: the I/O thread returns by itself until there have been none for a while.
    @Test func linesLeaveWithoutANextFrame() {
        #expect(outbox.lateFlushMilliseconds == -1)
        #expect(queue(COGPY_LATER.outcome) == COGPY_QUEUED.outcome)
        #expect(isRinging)
        outbox.rung()
        #expect(outbox.lateFlushMilliseconds > 0)
        for _ in 0..<100 {
            outbox.flushLate()
            #expect(arrived() == FrameHeader.byteCount)
            #expect(queue(COGPY_LATER.outcome) == COGPY_QUEUED.outcome)
            #expect(!isRinging)
        }
        for _ in 0..<100 { outbox.flushLate() }
        #expect(outbox.lateFlushMilliseconds == -1)
        #expect(queue(COGPY_LATER.outcome) == COGPY_QUEUED.outcome)
        #expect(isRinging)
    }

    /// Data in several places that exceeds the socket's room arrives in one piece.
    @Test func largeFrameIsSentFromWhereItLies() async {
        let text = [UInt8](repeating: 0x61, count: 4 << 20)
        let wanted = FrameHeader.byteCount + text.count + 2
        let server = server
        let reader = Task.detached {
            var (received, space) = (0, [UInt8](repeating: 0, count: 1 << 16))
            while received < wanted {
                let count = recv(server, &space, space.count, 0)
                guard count > 0 else { break }
                received += count
            }
            return received
        }
        text.withUnsafeBytes { text in
            let parts = [1, 0, text.count, 1].map { cogpy_bytes(base: text.baseAddress, count: $0) }
            parts.withUnsafeBufferPointer { outbox.flush(frame(of: $0)) }
        }
        #expect(await reader.value == wanted)
    }

    private func frame(of parts: UnsafeBufferPointer<cogpy_bytes>) -> cogpy_frame {
        cogpy_frame(
            kind: FrameKind.log.rawValue, detail: LogSource.standardOutput.rawValue, token: 1, descriptor: -1,
            parts: parts.baseAddress, part_count: parts.count)
    }

    /// Queues a frame without content.
    private func queue(_ urgency: Int32) -> Int32 {
        outbox.queue(frame(of: UnsafeBufferPointer(start: nil, count: 0)), urgency: urgency)
    }

    /// How many bytes have arrived since this was asked last.
    private func arrived() -> Int {
        var space = [UInt8](repeating: 0, count: 4_096)
        return max(0, recv(server, &space, space.count, Int32(MSG_DONTWAIT)))
    }

    private var isRinging: Bool {
        var descriptor = pollfd(fd: outbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }
}

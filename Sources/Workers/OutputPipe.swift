internal import EventLoop
internal import Glibc
internal import WorkerProtocol

/// What the worker and the processes it started write to descriptor 1 or 2, as text.
///
/// The server holds the reading end, so the last words of a dying process aren't lost with it.
final class OutputPipe {
    /// The end for the worker; closed by ``closeWriteEnd()``.
    private(set) var writeEnd: OwnedDescriptor
    private var readEnd: OwnedDescriptor
    private let source: LogSource
    private let onText: (LogSource, [UInt8]) -> Void
    private var watcher: DescriptorWatcher?
    /// The start of a character whose rest hasn't arrived.
    private var partialCharacter: [UInt8] = []

    init(
        on loop: EventLoop, source: LogSource, onText: @escaping (LogSource, [UInt8]) -> Void
    ) throws(EventLoopError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .libuv(-errno, in: "pipe") }
        readEnd = OwnedDescriptor(taking: ends[0])
        writeEnd = OwnedDescriptor(taking: ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        self.source = source
        self.onText = onText
        watcher = try DescriptorWatcher(on: loop, descriptor: ends[0]) { [unowned self] _ in drain() }
        try watcher?.start(.readable)
    }

    deinit {
        // Before the descriptor that it watches.
        watcher?.close()
    }

    /// Call this when the worker has been started.
    func closeWriteEnd() {
        writeEnd.close()
    }

    /// Drains those of `pipes` that have anything to read, using one system call to find them.
    static func drainReadable(_ pipes: [OutputPipe]) {
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: pipes.count) { ends in
            // A closed pipe has the number -1, which poll(2) skips.
            for (index, pipe) in pipes.enumerated() {
                ends.initializeElement(at: index, to: pollfd(fd: pipe.readEnd.raw, events: Int16(POLLIN), revents: 0))
            }
            guard poll(ends.baseAddress, nfds_t(pipes.count), 0) > 0 else { return }
            for (index, pipe) in pipes.enumerated() where ends[index].revents != 0 { pipe.drain() }
        }
    }

    /// Delivers everything written so far, but not what is written in the meantime.
    func drain() {
        guard watcher != nil else { return }
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { space in
            var rest: Int?
            while rest != 0 {
                let count = read(readEnd.raw, space.baseAddress, space.count)
                if count == 0 { watcher?.stop() }  // No writer is left.
                guard count > 0 else { return }
                deliver(UnsafeRawBufferPointer(rebasing: space[..<count]))
                if count < space.count { return }
                rest = rest.map { max(0, $0 - count) } ?? bytesWaiting(in: readEnd.raw)
            }
        }
    }

    func close() {
        guard let watcher else { return }
        if !partialCharacter.isEmpty { onText(source, Array("\u{FFFD}".utf8)) }
        watcher.close()
        self.watcher = nil
        readEnd.close()
        writeEnd.close()
    }

    /// Logs later become JSON strings. Invalid bytes become U+FFFD; characters that the pipe splits don't.
    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        var text = partialCharacter
        text.append(contentsOf: bytes)
        partialCharacter = []
        let tail = Self.incompleteTail(of: text)
        if tail > 0 {
            partialCharacter = Array(text.suffix(tail))
            text.removeLast(tail)
        }
        guard !text.isEmpty else { return }
        onText(source, Array(String(decoding: text, as: UTF8.self).utf8))
    }

    /// The number of bytes at the end of `text` that start a character without finishing it (RFC 3629 section 3).
    private static func incompleteTail(of text: [UInt8]) -> Int {
        for length in 1...3 where length <= text.count {
            let byte = text[text.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return wanted > length ? length : 0
        }
        return 0
    }
}

@available(*, unavailable)
extension OutputPipe: Sendable {}

internal import EventLoop
internal import Glibc

/// Passes the body of a response to where the request wants it.
///
/// A file is written on the thread pool. If libcurl is faster than the disk, the transfer is paused, and `onReady` is
/// called once there is room.
final class BodySink {
    /// How much may wait for the disk before the transfer is paused.
    static let waitingLimitBytes = 512 * 1024

    enum Put {
        case taken
        case notYet
        case tooLarge(limitBytes: Int)
        case failed(SystemError)
    }

    /// The number of bytes received.
    private(set) var lengthBytes = 0
    /// The bytes, if they are kept in memory.
    let kept = Buffer()

    private let loop: EventLoop
    private let destination: HTTPRequest.Destination
    private let onReady: () -> Void
    private var waiting = Buffer()
    private var writtenBytes = 0
    private var isWriting = false
    private var isWaitedFor = false
    private var failure: SystemError?
    private var onEnd: ((Result<Void, SystemError>) -> Void)?

    init(on loop: EventLoop, destination: HTTPRequest.Destination, onReady: @escaping () -> Void) {
        self.loop = loop
        self.destination = destination
        self.onReady = onReady
    }

    /// Takes a piece of the body of a response with this status: all of it or nothing.
    func put(_ bytes: UnsafeRawBufferPointer, status: Int, announcedBytes: Int) -> Put {
        switch destination {
        case .nowhere:
            lengthBytes += bytes.count
        case .memory(let limitBytes):
            lengthBytes += bytes.count
            let room = limitBytes - kept.count
            if room > 0 { kept.append(UnsafeRawBufferPointer(rebasing: bytes.prefix(room))) }
        case .consumer(let consumer):
            guard consumer.take(bytes) else { return .notYet }
            lengthBytes += bytes.count
        case .file(let file, let limitBytes):
            guard (200..<300).contains(status) else { break }
            if let failure { return .failed(failure) }
            guard max(announcedBytes, lengthBytes + bytes.count) <= limitBytes else {
                return .tooLarge(limitBytes: limitBytes)
            }
            if isWriting, waiting.count + bytes.count > Self.waitingLimitBytes {
                isWaitedFor = true
                return .notYet
            }
            lengthBytes += bytes.count
            waiting.append(bytes)
            if waiting.count >= Self.waitingLimitBytes / 4 { write(to: file) }
        }
        return .taken
    }

    /// Writes what still waits, then calls `onEnd`, possibly before returning.
    func finish(_ onEnd: @escaping (Result<Void, SystemError>) -> Void) {
        guard case .file(let file, limitBytes: _) = destination, isWriting || !waiting.isEmpty || failure != nil else {
            return onEnd(.success(()))
        }
        self.onEnd = onEnd
        write(to: file)
        endIfWritten()
    }

    private func write(to file: OpenFile) {
        guard !isWriting, !waiting.isEmpty, failure == nil else { return }
        isWriting = true
        let (piece, offset) = (waiting, writtenBytes)
        waiting = Buffer()
        loop.submit {
            file.write(piece.bytes, at: offset).map { piece.count }
        } then: { [self] result in
            isWriting = false
            switch result {
            case .success(let count): writtenBytes += count
            case .failure(let error): failure = error
            }
            if onEnd != nil {
                write(to: file)
                endIfWritten()
            } else if isWaitedFor {
                isWaitedFor = false
                onReady()
            }
        }
    }

    private func endIfWritten() {
        guard !isWriting, let onEnd else { return }
        self.onEnd = nil
        onEnd(failure.map { .failure($0) } ?? .success(()))
    }
}

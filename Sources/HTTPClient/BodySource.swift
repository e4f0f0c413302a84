internal import CLibcurl
internal import EventLoop
internal import Glibc

/// Passes the body of a request to libcurl, which takes it in pieces and may want it again after a redirect.
///
/// A file is read ahead on the thread pool. If libcurl is faster than the disk, the transfer is paused, and `onReady`
/// is called once there is more.
final class BodySource {
    /// How much of a file is read at a time; two such pieces are held.
    static let pieceBytes = 256 * 1024

    enum Taken {
        case bytes(Int)
        case notYet
        case failed(SystemError)
        case gone
    }

    /// Nil if the length is unknown.
    let lengthBytes: Int?
    private let loop: EventLoop
    private let file: OpenFile?
    private let producer: (any BodyProducer)?
    private var hasProduced = false
    private let onReady: () -> Void

    private let pieces: [HTTPRequest.Piece]
    private var pieceIndex = 0
    private var current: HTTPRequest.Piece
    private var taken = 0  // of `current`
    private var next: Buffer?
    private var loadedBytes = 0
    private var isLoading = false
    private var isWaitedFor = false
    private var failure: SystemError?
    private var generation = 0  // incremented by a rewind, which invalidates pending reads

    init(on loop: EventLoop, body: HTTPRequest.Body, onReady: @escaping () -> Void) {
        self.loop = loop
        self.onReady = onReady
        switch body {
        case .none:
            (file, producer, pieces, lengthBytes) = (nil, nil, [], 0)
        case .bytes(let buffer):
            (file, producer, pieces, lengthBytes) = (nil, nil, [.owned(buffer.bytes, by: buffer)], buffer.count)
        case .pieces(let pieces):
            (file, producer, self.pieces, lengthBytes) = (nil, nil, pieces, pieces.reduce(0) { $0 + $1.count })
        case .file(let file, let lengthBytes):
            (self.file, producer, pieces, self.lengthBytes) = (file, nil, [], lengthBytes)
        case .arriving(let producer):
            (file, self.producer, pieces, lengthBytes) = (nil, producer, [], producer.lengthBytes)
        }
        current = .bytes([])
        loadAhead()
    }

    /// Copies available bytes to `destination`; 0 bytes at the end.
    func take(into destination: UnsafeMutableRawBufferPointer) -> Taken {
        if let producer { return take(from: producer, into: destination) }
        takeNext()
        loadAhead()
        let count = min(destination.count, current.count - taken)
        if count > 0 {
            current.withUnsafeBytes { destination.copyMemory(from: .init(rebasing: $0[taken..<taken + count])) }
            taken += count
            return .bytes(count)
        }
        if let failure { return .failed(failure) }
        guard isLoading else { return .bytes(0) }
        isWaitedFor = true
        return .notYet
    }

    private func take(from producer: any BodyProducer, into destination: UnsafeMutableRawBufferPointer) -> Taken {
        switch producer.take(into: destination) {
        case .bytes(let count):
            hasProduced = true
            return .bytes(count)
        case .end: return .bytes(0)
        case .notYet: return .notYet
        case .failed: return .gone
        }
    }

    /// Moves to the next piece if the current one was taken completely.
    private func takeNext() {
        while taken == current.count {
            if let next {
                current = .owned(next.bytes, by: next)
                self.next = nil
            } else if pieceIndex < pieces.count {
                current = pieces[pieceIndex]
                pieceIndex += 1
            } else {
                return
            }
            taken = 0
        }
    }

    /// Starts again at the first byte; false if it is no longer available.
    func rewind() -> Bool {
        if producer != nil { return !hasProduced }
        (current, taken, pieceIndex) = (.bytes([]), 0, 0)
        guard file != nil else { return true }
        generation += 1
        (next, loadedBytes, isLoading, failure) = (nil, 0, false, nil)
        loadAhead()
        return true
    }

    private func loadAhead() {
        guard let file, let lengthBytes, next == nil, !isLoading, failure == nil, loadedBytes < lengthBytes else {
            return
        }
        isLoading = true
        let (offset, count, generation) = (loadedBytes, min(Self.pieceBytes, lengthBytes - loadedBytes), generation)
        loop.submit {
            let piece = Buffer(capacity: count)
            return file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: piece.spare[..<count]), at: offset
            ).map { count in
                piece.grow(by: count)
                return piece
            }
        } then: { [weak self] result in
            self?.loaded(result, wanted: count, generation: generation)
        }
    }

    private func loaded(_ result: Result<Buffer, SystemError>, wanted: Int, generation: Int) {
        guard generation == self.generation else { return }
        isLoading = false
        switch result {
        case .success(let piece) where piece.count == wanted:
            loadedBytes += piece.count
            next = piece
        case .success:
            // content-length promised this length, which a file that has shrunk can't fulfill.
            failure = SystemError(code: EIO, operation: "read all of a file that shrank")
        case .failure(let error):
            failure = error
        }
        guard isWaitedFor else { return }
        isWaitedFor = false
        onReady()
    }
}

internal import EventLoop

/// What a connection is about to send: heads and small bodies in its own memory, large bodies where they are.
///
/// A class, because a failure while sending makes the connection empty it.
final class ResponseOutbox {
    /// Up to this size, copying is cheaper than having the kernel gather.
    private static let copyLimitBytes = 2_048
    /// Memory beyond this size isn't kept after it was sent.
    private static let keptCapacityBytes = 65_536

    /// Bytes elsewhere, to be sent after the first `position` bytes of `own`.
    private struct Piece {
        let position: Int
        let bytes: UnsafeRawBufferPointer
        let owner: AnyObject?
    }

    /// The buffer for heads.
    private(set) var own = Buffer(capacity: 1_024)
    private var pieces: [Piece] = []
    private var pieceBytes = 0

    /// The number of bytes waiting to be sent by ``flush(to:)``.
    var count: Int { own.count + pieceBytes }
    var isEmpty: Bool { own.isEmpty && pieces.isEmpty }

    func append(_ body: ResponseBody) {
        switch body {
        case .empty: break
        case .segment(let segment): append(segment)
        case .segments(let segments):
            for segment in segments { append(segment) }
        }
    }

    func append(_ segment: BodySegment) {
        switch segment {
        case .fixed(let literal):
            append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount), nil)
        case .bytes(let bytes):
            if bytes.count <= Self.copyLimitBytes {
                own.append(bytes)
            } else {
                // The elements of an array are in one heap object, which the owner retains. Nothing can change them in
                // place in the meantime, because the owner holds a reference.
                let owner = ArrayOwner(bytes)
                append(owner.array.withUnsafeBytes { $0 }, owner)
            }
        case .buffer(let buffer):
            append(buffer.bytes, buffer)
        case .part(let buffer, let range):
            append(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]), buffer)
        case .owned(let bytes, let owner):
            append(bytes, owner)
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ owner: AnyObject?) {
        if bytes.count <= Self.copyLimitBytes {
            own.append(bytes)
        } else {
            pieces.append(Piece(position: own.count, bytes: bytes, owner: owner))
            pieceBytes += bytes.count
        }
    }

    /// Passes everything to `stream`, in one system call if the stream accepts it.
    func flush(to stream: Stream) {
        guard !isEmpty else { return }
        var isKept = false
        if pieces.isEmpty {
            stream.write(own.bytes) {
                isKept = true
                return own
            }
        } else {
            // At most: own bytes before each piece, the piece, and own bytes at the end.
            withUnsafeTemporaryAllocation(of: WriteVector.self, capacity: pieces.count * 2 + 1) { vectors in
                var used = 0
                var position = 0
                func add(_ bytes: UnsafeRawBufferPointer) {
                    guard !bytes.isEmpty else { return }
                    vectors.initializeElement(at: used, to: WriteVector(bytes))
                    used += 1
                }
                for piece in pieces {
                    add(UnsafeRawBufferPointer(rebasing: own.bytes[position..<piece.position]))
                    add(piece.bytes)
                    position = piece.position
                }
                add(UnsafeRawBufferPointer(rebasing: own.bytes[position...]))
                stream.write(UnsafeMutableBufferPointer(rebasing: vectors[..<used])) {
                    isKept = true
                    return Owners([own] + pieces.compactMap(\.owner))
                }
            }
            pieces.removeAll(keepingCapacity: pieces.count < 64)
            pieceBytes = 0
        }
        if isKept || own.capacity > Self.keptCapacityBytes {
            own = Buffer(capacity: 1_024)
        } else {
            own.truncate(to: 0)
        }
    }

    func removeAll() {
        own.truncate(to: 0)
        pieces.removeAll()
        pieceBytes = 0
    }
}

@available(*, unavailable)
extension ResponseOutbox: Sendable {}

private final class ArrayOwner {
    let array: [UInt8]

    init(_ array: [UInt8]) {
        self.array = array
    }
}

private final class Owners {
    let objects: [AnyObject]

    init(_ objects: [AnyObject]) {
        self.objects = objects
    }
}

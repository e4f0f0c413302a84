internal import Glibc

/// Bytes that wait until a worker reads.
struct SendQueue {
    private enum Piece {
        case copy([UInt8])
        case kept(UnsafeRawBufferPointer, owner: AnyObject)

        func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            switch self {
            case .copy(let bytes): bytes.withUnsafeBytes(body)
            case .kept(let bytes, _): body(bytes)
            }
        }
    }

    private var pieces: [Piece] = []
    /// The number of bytes of the first piece that were sent.
    private var sentBytes = 0

    var isEmpty: Bool { pieces.isEmpty }

    /// Adds all parts except their first `offset` bytes. What comes after the first `copied` parts isn't copied if it
    /// has an owner that keeps it in place.
    mutating func append(_ parts: [UnsafeRawBufferPointer], from offset: Int, copied: Int, owner: AnyObject?) {
        var skip = offset
        for (index, part) in parts.enumerated() {
            if skip >= part.count {
                skip -= part.count
                continue
            }
            let rest = UnsafeRawBufferPointer(rebasing: part[skip...])
            if index >= copied, let owner {
                pieces.append(.kept(rest, owner: owner))
            } else {
                pieces.append(.copy([UInt8](rest)))
            }
            skip = 0
        }
    }

    /// Sends what the socket accepts. False, with `errno` set, if it will never accept anything again.
    mutating func send(to descriptor: Int32) -> Bool {
        while let first = pieces.first {
            let (count, isAll) = first.withUnsafeBytes { bytes in
                let count = Glibc.send(
                    descriptor, bytes.baseAddress! + sentBytes, bytes.count - sentBytes,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                return (count, sentBytes + count == bytes.count)
            }
            guard count >= 0 else { return errno == EAGAIN || errno == EINTR }
            sentBytes += count
            if isAll {
                pieces.removeFirst()
                sentBytes = 0
            }
        }
        return true
    }
}

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
    /// How many bytes of the first piece were sent.
    private var sentBytes = 0

    var isEmpty: Bool { pieces.isEmpty }

    /// Adds all parts but their first `offset` bytes. What comes after the first `copied` parts is not copied if there is an
    /// owner, which keeps it in place for as long as it lives.
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

    /// Sends what the socket takes. False when it will never take anything any more, with `errno` set.
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

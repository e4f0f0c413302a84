public import EventLoop
internal import Glibc
public import HTTPClient

/// Turns output files into data URLs, on the thread pool. Bound to the loop.
public final class OutputEncoder {
    /// How much is read from the file at a time; a multiple of three.
    private static let pieceBytes = 192 * 1024

    private let loop: EventLoop
    private let limitBytes: Int

    /// Makes an encoder; one serves all predictions.
    public init(on loop: EventLoop, configuration: FileTransferConfiguration) {
        self.loop = loop
        limitBytes = configuration.dataURLLimitBytes
    }

    /// Calls `completion` with the file as a JSON string: quotes, media type by the extension of `name`, base64.
    ///
    /// Reads the file from its beginning, whatever its offset. An empty file becomes `"data:text/plain;base64,"`. The
    /// result is allocated once, with its final size.
    public func dataURL(
        of file: OpenFile, named name: String, completion: @escaping (Result<Buffer, FileError>) -> Void
    ) {
        let limitBytes = limitBytes
        loop.submit {
            Self.encode(file, named: name, limitBytes: limitBytes)
        } then: { result in
            completion(result)
        }
    }

    private static func encode(_ file: OpenFile, named name: String, limitBytes: Int) -> Result<Buffer, FileError> {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else {
            return .failure(.output(SystemError(code: errno, operation: "read"), name: name))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.notAFile(name: name)) }
        let size = Int(status.st_size)
        guard size <= limitBytes else { return .failure(.outputTooLarge(name: name, limitBytes: limitBytes)) }

        let type = size == 0 ? "text/plain" : MediaType.ofOutput(named: name)
        let head = Array("\"data:\(type);base64,".utf8)
        let result = Buffer(capacity: head.count + Base64.encodedCount(size) + 1)
        result.append(head)
        // Each piece is read into a cache-sized buffer and encoded from there. If the file's size has changed in the
        // meantime, this encodes at most the size that was determined, or what is there if it is less.
        let piece = Buffer(capacity: min(pieceBytes, max(size, 1)))
        var done = 0
        while done < size {
            let room = UnsafeMutableRawBufferPointer(rebasing: piece.spare.prefix(min(piece.capacity, size - done)))
            switch file.read(into: room, at: done) {
            case .failure(let error):
                return .failure(.output(error, name: name))
            case .success(let count):
                guard let target = result.spare.baseAddress else { break }
                result.grow(by: Base64.encode(UnsafeRawBufferPointer(rebasing: room[..<count]), to: target))
                done += count
                if count < room.count { done = size }
            }
        }
        result.append(UInt8(ascii: "\""))
        return .success(result)
    }
}

@available(*, unavailable)
extension OutputEncoder: Sendable {}

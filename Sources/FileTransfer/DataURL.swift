internal import EventLoop
internal import Glibc
internal import HTTPClient

/// A data URL (RFC 2397) in memory, taken apart but not decoded.
struct DataURL {
    /// The extension for a file of its type, `.txt` when it names none.
    let fileExtension: String
    /// Whether the data is base64.
    let isBase64: Bool
    /// What comes after the comma.
    let data: UnsafeRawBufferPointer

    /// How many characters are decoded at a time; a multiple of four.
    static let pieceCharacters = 256 * 1024

    /// Takes `text` apart, which begins with `data:` and must outlive this.
    static func parse(_ text: UnsafeRawBufferPointer) -> Result<DataURL, FileError> {
        guard let comma = text.firstIndex(of: UInt8(ascii: ",")) else { return .failure(.dataURLWithoutComma) }
        var head = String(decoding: text[..<comma].dropFirst(5), as: UTF8.self)
        let isBase64 = head.lowercased().hasSuffix(";base64")
        if isBase64 { head.removeLast(7) }
        return .success(
            DataURL(
                fileExtension: MediaType.fileExtension(
                    forType: head.hasPrefix(";") || head.isEmpty ? "text/plain" : head),
                isBase64: isBase64, data: UnsafeRawBufferPointer(rebasing: text[(comma + 1)...])))
    }

    /// Writes the decoded data to `file`. Blocks.
    func write(to file: OpenFile, path: String) -> Result<Void, FileError> {
        guard isBase64 else {
            return writeBytes(FileName.percentDecoded(data, plusIsSpace: false), to: file, path: path)
        }
        switch decodeBase64(data, to: file, path: path) {
        case .failure(.notBase64(let position)) where canBeCleaned(data[position]):
            // White space and %XX are allowed in between, but rare: take them out and start again.
            var clean = FileName.percentDecoded(data, plusIsSpace: false)
            clean.removeAll(where: isSpace)
            return clean.withUnsafeBytes { decodeBase64($0, to: file, path: path) }
        case .failure(.incorrectPadding) where data.contains(where: canBeCleaned):
            var clean = FileName.percentDecoded(data, plusIsSpace: false)
            clean.removeAll(where: isSpace)
            return clean.withUnsafeBytes { decodeBase64($0, to: file, path: path) }
        case let result:
            return result
        }
    }

    private func decodeBase64(_ text: UnsafeRawBufferPointer, to file: OpenFile, path: String) -> Result<
        Void, FileError
    > {
        let room = Buffer(capacity: min(Self.pieceCharacters, text.count + 4) / 4 * 3 + 4)
        guard let memory = room.spare.baseAddress else { return .success(()) }
        var start = 0
        var written = 0
        while start < text.count {
            let end = min(start + Self.pieceCharacters, text.count)
            let piece = UnsafeRawBufferPointer(rebasing: text[start..<end])
            switch Base64.decode(piece, to: memory, isLast: end == text.count) {
            case .success(let count):
                let bytes = UnsafeRawBufferPointer(start: memory, count: count)
                if case .failure(let error) = file.write(bytes, at: written) {
                    return .failure(.temporary(error, path: path))
                }
                written += count
            case .failure(.badCharacter(let position)):
                return .failure(.notBase64(at: start + position))
            case .failure(.incorrectPadding):
                return .failure(.incorrectPadding)
            }
            start = end
        }
        return .success(())
    }

    private func writeBytes(_ bytes: [UInt8], to file: OpenFile, path: String) -> Result<Void, FileError> {
        bytes.withUnsafeBytes { file.write($0, at: 0) }.mapError { .temporary($0, path: path) }
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private func canBeCleaned(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: "%")
    }
}

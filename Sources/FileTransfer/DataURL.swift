internal import EventLoop
internal import Glibc
internal import HTTPClient

/// A data URL (RFC 2397) in memory, split into parts but not decoded.
struct DataURL {
    /// The file extension for its type; `.txt` if the URL names no type.
    let fileExtension: String
    /// Whether the data is base64.
    let isBase64: Bool
    /// The text after the comma.
    let data: UnsafeRawBufferPointer
    /// Whether ``data`` may contain JSON escapes.
    var isLiteral = false
    /// The part of ``data`` that is known to hold only base64 characters.
    private(set) var checked = 0..<0

    /// The number of characters decoded at a time; a multiple of four.
    static let pieceCharacters = 256 * 1024

    /// Splits `text`, which must outlive the result. It begins with `data:`, possibly after whitespace. `isLiteral`
    /// means that JSON escapes may follow the comma.
    static func parse(_ text: UnsafeRawBufferPointer, isLiteral: Bool = false) -> Result<DataURL, FileError> {
        let text = trimmed(text)
        guard let comma = text.firstIndex(of: UInt8(ascii: ",")) else { return .failure(.dataURLWithoutComma) }
        var head = String(decoding: text[..<comma].dropFirst(5), as: UTF8.self)
        let isBase64 = head.lowercased().hasSuffix(";base64")
        if isBase64 { head.removeLast(7) }
        // A `base64` marker in the wrong place is still meant as one; treating the data as text would produce a wrong
        // file.
        guard !head.split(separator: ";").contains(where: isBase64Marker) else { return .failure(.misplacedBase64) }
        return .success(
            DataURL(
                fileExtension: MediaType.fileExtension(
                    forType: head.hasPrefix(";") || head.isEmpty ? "text/plain" : head),
                isBase64: isBase64, data: UnsafeRawBufferPointer(rebasing: text[(comma + 1)...]), isLiteral: isLiteral))
    }

    /// The text without ASCII whitespace at both ends. Other whitespace before the scheme is skipped with everything up
    /// to the colon.
    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let scheme = Array("data:".utf8)
        let start = text.firstIndex(of: UInt8(ascii: ":")).map { max($0 + 1 - scheme.count, 0) } ?? 0
        let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? text.count
        return UnsafeRawBufferPointer(rebasing: text[start..<max(start, end)])
    }

    /// Notes that these bytes, as far as they are part of ``data``, are base64 characters.
    mutating func note(checked bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.baseAddress, let start = data.baseAddress else { return }
        checked = (first - start..<first - start + bytes.count).clamped(to: 0..<data.count)
    }

    private static func isBase64Marker(_ parameter: Substring) -> Bool {
        String(parameter.filter { !$0.isWhitespace }).lowercased() == "base64"
    }

    /// Writes the decoded data to `file`. Blocks.
    func write(to file: OpenFile, path: String) -> Result<Void, FileError> {
        guard isBase64 else {
            return writeBytes(percentDecoded, to: file, path: path)
        }
        switch decodeBase64(data, checked: checked, to: file, path: path) {
        case .failure(.notBase64(let position)) where canBeCleaned(data[position]):
            return decodeCleaned(to: file, path: path)
        case .failure(.incorrectPadding) where data.contains(where: canBeCleaned):
            return decodeCleaned(to: file, path: path)
        case let result:
            return result
        }
    }

    /// Whitespace, %XX, and escapes are allowed but rare: removes them and starts again.
    private func decodeCleaned(to file: OpenFile, path: String) -> Result<Void, FileError> {
        var clean = percentDecoded
        clean.removeAll(where: Self.isSpace)
        return clean.withUnsafeBytes { decodeBase64($0, to: file, path: path) }
    }

    private var percentDecoded: [UInt8] {
        guard isLiteral else { return FileName.percentDecoded(data, plusIsSpace: false) }
        return unescaped(data).withUnsafeBytes { FileName.percentDecoded($0, plusIsSpace: false) }
    }

    private func decodeBase64(
        _ text: UnsafeRawBufferPointer, checked: Range<Int> = 0..<0, to file: OpenFile, path: String
    ) -> Result<Void, FileError> {
        let room = Buffer(capacity: min(Self.pieceCharacters, text.count + 4) / 4 * 3 + 4)
        guard let memory = room.spare.baseAddress else { return .success(()) }
        var start = 0
        var written = 0
        while start < text.count {
            let end = min(start + Self.pieceCharacters, text.count)
            switch Self.decode(start..<end, of: text, checked: checked, to: memory) {
            case .success(let count):
                let bytes = UnsafeRawBufferPointer(start: memory, count: count)
                if case .failure(let error) = file.write(bytes, at: written) {
                    return .failure(.temporary(error, path: path))
                }
                written += count
            case .failure(.badCharacter(let position)):
                return .failure(.notBase64(at: position))
            case .failure(.incorrectPadding):
                return .failure(.incorrectPadding)
            }
            start = end
        }
        return .success(())
    }

    /// Decodes a piece of `text` to `memory`, and the checked part of it without another check.
    private static func decode(
        _ piece: Range<Int>, of text: UnsafeRawBufferPointer, checked: Range<Int>, to memory: UnsafeMutableRawPointer
    ) -> Result<Int, Base64.Flaw> {
        // Four characters belong together.
        let bounds = [(checked.lowerBound + 3) / 4 * 4, checked.upperBound / 4 * 4]
        var start = piece.lowerBound
        var written = 0
        while start < piece.upperBound {
            let end = bounds.first { $0 > start && $0 < piece.upperBound } ?? piece.upperBound
            let part = UnsafeRawBufferPointer(rebasing: text[start..<end])
            let isChecked = checked.lowerBound <= start && end <= checked.upperBound
            switch Base64.decode(part, to: memory + written, isLast: end == text.count, isChecked: isChecked) {
            case .success(let count): written += count
            case .failure(.badCharacter(let position)): return .failure(.badCharacter(at: start + position))
            case .failure(.incorrectPadding): return .failure(.incorrectPadding)
            }
            start = end
        }
        return .success(written)
    }

    private func writeBytes(_ bytes: [UInt8], to file: OpenFile, path: String) -> Result<Void, FileError> {
        bytes.withUnsafeBytes { file.write($0, at: 0) }.mapError { .temporary($0, path: path) }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private func canBeCleaned(_ byte: UInt8) -> Bool {
        Self.isSpace(byte) || byte == UInt8(ascii: "%") || isLiteral && byte == UInt8(ascii: "\\")
    }
}

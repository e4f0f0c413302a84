internal import CBase64

extension DataURL {
    /// Why the data can't be decoded; nil if it can.
    ///
    /// Reads each character once and keeps none, so it costs a fraction of the decoding. Accepts exactly what
    /// ``write(to:path:)`` accepts.
    var flaw: FileError? {
        guard isBase64 else { return nil }
        switch Self.flaw(of: data, checked: checked) {
        case .notBase64(let position) where isLiteral && data[position] == UInt8(ascii: "\\"):
            return unescaped(data).withUnsafeBytes { Self.flaw(of: $0, checked: 0..<0) }
        case let flaw:
            return flaw
        }
    }

    private static func flaw(of data: UnsafeRawBufferPointer, checked: Range<Int>) -> FileError? {
        var characters = 0
        var padding = 0
        var position = 0
        while position < data.count {
            let run =
                checked.contains(position) ? checked.upperBound - position : run(in: data, from: position, checked)
            if run > 0 {
                guard padding == 0 else { return .incorrectPadding }
                characters += run
                position += run
                continue
            }
            guard let (byte, length) = byte(data, at: position) else { return .notBase64(at: position) }
            switch byte {
            case UInt8(ascii: "="):
                padding += 1
            case _ where isSpace(byte):
                break
            case _ where length > 1 && isBase64Character(byte):
                guard padding == 0 else { return .incorrectPadding }
                characters += 1
            default:
                return .notBase64(at: position)
            }
            position += length
        }
        let isWhole = padding == 0 ? characters % 4 != 1 : padding <= 2 && (characters + padding) % 4 == 0
        return isWhole ? nil : .incorrectPadding
    }

    /// The number of consecutive base64 characters, up to the start of the checked part if that is ahead.
    private static func run(in data: UnsafeRawBufferPointer, from position: Int, _ checked: Range<Int>) -> Int {
        let end = position < checked.lowerBound ? checked.lowerBound : data.count
        return base64Run(UnsafeRawBufferPointer(rebasing: data[..<end]), from: position)
    }

    /// The number of consecutive base64 characters.
    private static func base64Run(_ data: UnsafeRawBufferPointer, from position: Int) -> Int {
        guard let start = data.baseAddress else { return 0 }
        return cogbase64_span((start + position).assumingMemoryBound(to: UInt8.self), data.count - position)
    }

    private static func isBase64Character(_ byte: UInt8) -> Bool {
        withUnsafeBytes(of: byte) { base64Run($0, from: 0) == 1 }
    }

    /// The byte at a position, or the one that `%XX` stands for, and the number of characters it takes; nil for a lone
    /// `%`.
    private static func byte(_ data: UnsafeRawBufferPointer, at position: Int) -> (byte: UInt8, length: Int)? {
        let first = data[position]
        guard first == UInt8(ascii: "%") else { return (first, 1) }
        let decoded = FileName.percentDecoded(data[position..<min(position + 3, data.count)], plusIsSpace: false)
        return decoded.count == 1 && data.count - position >= 3 ? (decoded[0], 3) : nil
    }
}

public import EventLoop

/// A file in a data URL in the form that ``OutputEncoder`` produces: `data:TYPE;base64,DATA`.
public struct EncodedFile {
    /// The media type.
    public let type: String
    private let data: UnsafeRawBufferPointer

    /// Splits a URL, which must outlive this value; nil for other texts.
    public init?(_ url: UnsafeRawBufferPointer) {
        let (start, end) = (Array("data:".utf8), Array(";base64".utf8))
        guard url.starts(with: start), let comma = url.prefix(300).firstIndex(of: UInt8(ascii: ",")),
            url[..<comma].suffix(end.count).elementsEqual(end), comma - end.count >= start.count
        else { return nil }
        type = String(decoding: url[start.count..<(comma - end.count)], as: UTF8.self)
        data = UnsafeRawBufferPointer(rebasing: url[(comma + 1)...])
    }

    /// Appends the URL of a file.
    public static func appendURL(of contents: UnsafeRawBufferPointer, type: String, to text: inout [UInt8]) {
        text.append(contentsOf: "data:\(type);base64,".utf8)
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: Base64.encodedCount(contents.count)))
        text.withUnsafeMutableBytes { text in
            guard let base = text.baseAddress, !contents.isEmpty else { return }
            Base64.encode(contents, to: base + start)
        }
    }

    /// The decoded contents, in memory of `account`; nil if it has none left or the data isn't base64. Slow for a large
    /// file.
    public func contents(accountedIn account: MemoryAccount?) -> Buffer? {
        let contents = Buffer(accountedIn: account)
        let limit = Base64.decodedLimit(data.count) + 4
        guard contents.tryReserve(limit, upTo: limit), let target = contents.spare.baseAddress else { return nil }
        guard case .success(let count) = Base64.decode(data, to: target, isLast: true) else { return nil }
        contents.grow(by: count)
        return contents
    }
}

@available(*, unavailable)
extension EncodedFile: Sendable {}

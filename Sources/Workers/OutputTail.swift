internal import Predictions

/// The end of what a worker has printed, and the prediction that printed it.
///
/// A value; it holds a few kilobytes, however much is printed.
struct OutputTail {
    /// The minimum that is kept, if available: a traceback from faulthandler fits.
    static let keptBytes = 8 << 10
    /// The maximum number of characters shown of the last line.
    static let lineLimit = 200

    private var bytes: [UInt8] = []
    /// The prediction that the last text belongs to; nil for none.
    private(set) var owner: RunID?

    /// Text was printed.
    mutating func printed(_ text: UnsafeRawBufferPointer, of run: RunID?) {
        if run != owner {
            bytes.removeAll(keepingCapacity: true)
            owner = run
        }
        bytes.append(contentsOf: text.suffix(Self.keptBytes))
        if bytes.count > 2 * Self.keptBytes { bytes.removeFirst(bytes.count - Self.keptBytes) }
    }

    /// What faulthandler or the interpreter printed about a fatal error; nil if neither did.
    var lastWords: LastWords? { LastWords(reading: bytes) }

    /// The last nonempty line before any report of a fatal error; nil if there is none.
    var lastLine: String? {
        let text = String(decoding: bytes.suffix(Self.keptBytes), as: UTF8.self)
        var last: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("Fatal Python error: ") { break }
            if line.contains(where: { !$0.isWhitespace }) { last = line }
        }
        return last.map { line in
            let scalars = line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
            let shown = String(String.UnicodeScalarView(scalars.suffix(Self.lineLimit)))
            return scalars.count > Self.lineLimit ? "…\(shown)" : shown
        }
    }
}

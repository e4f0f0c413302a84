internal import Predictions

/// The end of what a worker has printed, and which prediction printed it.
///
/// A value; it holds a few kilobytes, however much is printed.
struct OutputTail {
    /// How much is kept at least, if there is as much: a traceback of faulthandler fits in.
    static let keptBytes = 8 << 10
    /// How many characters of the last line are shown.
    static let lineLimit = 200

    private var bytes: [UInt8] = []
    /// What the last text belongs to; nil for nothing.
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

    /// What faulthandler or the interpreter has printed about a fatal error; nil if neither has.
    var lastWords: LastWords? { LastWords(reading: bytes) }

    /// The last line that says something, without what was printed about a fatal error; nil if there is none.
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

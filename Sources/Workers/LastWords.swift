internal import WorkerProtocol

/// What a worker has written about its own end: where its Python code was, or the exception that ended the interpreter.
///
/// A value. Whatever comes from a worker can be forged: nothing here is longer than a limit, and there are no control
/// characters in it.
struct LastWords: Equatable, Sendable {
    /// A place in Python code.
    struct Frame: Equatable, Sendable {
        let file: String
        let line: Int
        let function: String
    }

    /// What has ended the worker, in its own words.
    enum Reason: Equatable, Sendable {
        /// A signal, as far as faulthandler says.
        case signal
        /// `SystemExit: 3`
        case exception(String)
        case channelClosed
    }

    /// How many frames are kept.
    static let frameLimit = 64
    private static let nameLimit = 512

    let reason: Reason
    /// Where the thread was, the innermost call first.
    let frames: [Frame]

    /// Reads what stands in `bytes`; nil if that is nothing of the kind.
    init?(reading bytes: some Collection<UInt8>) {
        var reason: Reason?
        var threads: [Thread] = []
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("Fatal Python error: ") {
                (reason, threads) = (.signal, [])
            } else if line.hasPrefix(LastWordsText.exception) {
                let text = line.dropFirst(LastWordsText.exception.count)
                (reason, threads) = (.exception(Self.printable(text)), [])
            } else if line == LastWordsText.channelClosed {
                (reason, threads) = (.channelClosed, [])
            } else if line.hasSuffix("(most recent call first):") {
                // A handler of a single signal has no headline.
                if line.hasPrefix("Stack"), threads.count > 0 || reason == nil { (reason, threads) = (.signal, []) }
                threads.append(Thread(isCurrent: !line.hasPrefix("Thread"), frames: []))
            } else if let frame = Self.frame(line), !threads.isEmpty {
                let last = threads.count - 1
                if threads[last].frames.count < Self.frameLimit { threads[last].frames.append(frame) }
            }
        }
        guard let reason else { return nil }
        self.reason = reason
        frames = Self.withoutWorker(Self.choice(of: threads)?.frames ?? [])
    }

    /// The innermost call that is the model's own rather than of a library.
    var modelFrame: Frame? { frames.first(where: \.isModel) }

    // MARK: - Reading

    private struct Thread {
        let isCurrent: Bool
        var frames: [Frame]
    }

    /// The thread that the signal has hit. If that wasn't one of Python's, the one that is in the model's code: the
    /// interpreter's main thread comes last.
    private static func choice(of threads: [Thread]) -> Thread? {
        threads.last { $0.isCurrent && !$0.frames.isEmpty }
            ?? threads.last { $0.frames.contains(where: \.isModel) } ?? threads.last { !$0.frames.isEmpty }
    }

    /// Leaves out the calls that have led to the model: they are always the same.
    private static func withoutWorker(_ frames: [Frame]) -> [Frame] {
        guard let last = frames.lastIndex(where: \.isModel) else { return frames }
        return Array(frames[...last])
    }

    /// `  File "NAME", line N in FUNCTION`
    private static func frame(_ line: Substring) -> Frame? {
        let start = "  File \""
        guard line.hasPrefix(start), let quote = line.lastIndex(of: "\"") else { return nil }
        let name = line.dropFirst(start.count)
        guard name.startIndex <= quote else { return nil }
        let rest = line[line.index(after: quote)...]
        guard rest.hasPrefix(", line ") else { return nil }
        let fields = rest.dropFirst(", line ".count).split(separator: " ", maxSplits: 2)
        guard fields.count == 3, fields[1] == "in", let number = Int(fields[0]) else { return nil }
        return Frame(file: printable(name[..<quote]), line: number, function: printable(fields[2]))
    }

    private static func printable(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars.prefix(nameLimit).filter { $0.value >= 0x20 && $0.value != 0x7F }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension LastWords.Frame {
    /// Whether it is neither of a library nor of the worker's own code.
    var isModel: Bool {
        let ofOthers = ["/site-packages/", "/dist-packages/", "/lib/python3", "/cog/_worker/", "<frozen "]
        // The worker starts with a command, which has no file.
        let isCommand = file == "<string>" && function == "<module>"
        return !isCommand && !ofOthers.contains { file.contains($0) }
    }

    /// `/src/predict.py, line 12, in run`
    var text: String { "\(file), line \(line), in \(function)" }
}

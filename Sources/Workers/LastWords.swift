internal import WorkerProtocol

/// What a worker has written about its own end: its position in Python code, or the exception that ended the
/// interpreter.
///
/// A value. Anything that comes from a worker can be forged, so all texts are limited in length and contain no control
/// characters.
struct LastWords: Equatable, Sendable {
    /// A place in Python code.
    struct Frame: Equatable, Sendable {
        let file: String
        let line: Int
        let function: String
    }

    /// What ended the worker, according to itself.
    enum Reason: Equatable, Sendable {
        /// A signal, according to faulthandler.
        case signal
        /// `SystemExit: 3`
        case exception(String)
        case channelClosed
    }

    /// The maximum number of frames kept.
    static let frameLimit = 64
    private static let nameLimit = 512

    let reason: Reason
    /// The thread's call stack, innermost call first.
    let frames: [Frame]

    /// Reads `bytes`; nil if they contain nothing of the kind.
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
                // A handler for a single signal writes no headline.
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

    /// The innermost call in the model's own code instead of a library.
    var modelFrame: Frame? { frames.first(where: \.isModel) }

    // MARK: - Reading

    private struct Thread {
        let isCurrent: Bool
        var frames: [Frame]
    }

    /// The thread that got the signal. If that wasn't a Python thread, the one that is running the model's code; the
    /// interpreter's main thread comes last.
    private static func choice(of threads: [Thread]) -> Thread? {
        threads.last { $0.isCurrent && !$0.frames.isEmpty }
            ?? threads.last { $0.frames.contains(where: \.isModel) } ?? threads.last { !$0.frames.isEmpty }
    }

    /// Removes the calls that lead to the model, which are always the same.
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
    /// Whether the frame is neither in a library nor in the worker's own code.
    var isModel: Bool {
        let ofOthers = ["/site-packages/", "/dist-packages/", "/lib/python3", "/cog/_worker/", "<frozen "]
        // The worker starts with a command, which has no file.
        let isCommand = file == "<string>" && function == "<module>"
        return !isCommand && !ofOthers.contains { file.contains($0) }
    }

    /// `/src/predict.py, line 12, in run`
    var text: String { "\(file), line \(line), in \(function)" }
}

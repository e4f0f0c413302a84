import EventLoop
import Glibc
import JSON

/// The server's log: lines on stderr, each a JSON object or, with `LOG_FORMAT=console`, colored text.
///
/// Lines are collected for a moment and written together on the thread pool, so that neither a busy server nor a
/// stalled reader of stderr holds up the loop. Lines that don't fit into ``limitBytes`` are counted and dropped.
///
/// Bound to the loop.
final class Log {
    /// An additional fact in a line: a string, or a value that is written unchanged.
    enum Value {
        case string(String)
        case bytes([UInt8])
        case raw(String)
    }

    /// The format of the log.
    struct Settings {
        var level = LogLevel.info
        var isConsole = false
        /// Whether plain text lines are colored.
        var usesColor = true
        /// Whether the model's output is passed on unchanged.
        var passesModelOutput = false
    }

    /// How long a line waits for others.
    static let gatherTime = Duration.milliseconds(20)
    /// With this much waiting, the next write begins as soon as the previous one has ended.
    static let impatientBytes = 1 << 20
    /// The maximum that waits while stderr isn't read.
    static let limitBytes = 8 << 20

    let level: LogLevel
    /// Whether lines are plain text.
    let isConsole: Bool
    private let usesColor: Bool
    /// Whether the model's output is passed on unchanged, through ``raw(_:)``.
    let passesModelOutput: Bool
    let loop: EventLoop
    private let timer: Timer
    private var waiting: [UInt8] = []
    private var isWriting = false
    private var dropped = 0
    private var clock = TimestampClock()

    init(on loop: EventLoop, _ settings: Settings) throws(EventLoopError) {
        self.loop = loop
        level = settings.level
        isConsole = settings.isConsole
        usesColor = settings.usesColor
        passesModelOutput = settings.passesModelOutput
        var flush: () -> Void = {}
        timer = try Timer(on: loop) { flush() }
        flush = { [unowned self] in startWriting() }
    }

    func debug(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        if level <= .debug { write(.debug, target, message, facts) }
    }

    func info(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        if level <= .info { write(.info, target, message, facts) }
    }

    func warning(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        if level <= .warning { write(.warning, target, message, facts) }
    }

    func error(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        write(.error, target, message, facts)
    }

    /// Writes a line at any log level: what the model prints during setup or outside of predictions.
    func always(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        write(.info, target, message, facts)
    }

    /// Writes a line if its level is enabled or if it is always shown.
    func line(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: [(key: StaticString, value: Value)],
        inAnyCase: Bool = false
    ) {
        if inAnyCase || self.level <= level { write(level, target, message, facts) }
    }

    /// Writes bytes unchanged, in order with the lines.
    func raw(_ bytes: UnsafeRawBufferPointer) {
        guard hasRoom() else { return }
        waiting.append(contentsOf: bytes)
        writeSoon()
    }

    /// Writes what is waiting, on the calling thread. Call this when the process is about to exit.
    func flush() {
        guard !isWriting else { return }
        Self.writeToStandardError(waiting)
        waiting.removeAll()
    }

    // MARK: - Lines

    private func write<Facts: Sequence>(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: Facts
    ) where Facts.Element == (key: StaticString, value: Value) {
        guard hasRoom() else { return }
        if isConsole {
            appendConsoleLine(level, target, message, facts)
        } else {
            appendJSONLine(level, target, message, facts)
        }
        writeSoon()
    }

    private func hasRoom() -> Bool {
        if waiting.count < Self.limitBytes { return true }
        dropped += 1
        return false
    }

    private func writeSoon() {
        if !timer.isActive, !isWriting { timer.start(after: Self.gatherTime) }
    }

    private func appendJSONLine<Facts: Sequence>(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: Facts
    ) where Facts.Element == (key: StaticString, value: Value) {
        waiting.append(#"{"timestamp":""#)
        clock.append(to: &waiting)
        waiting.append(#"","level":""#)
        waiting.append(level.word)
        waiting.append(#"","fields":{"message":"#)
        PrintableText.appendJSON(message, to: &waiting)
        for (name, value) in facts {
            waiting.append(#",""#)
            waiting.append(name)
            waiting.append(#"":"#)
            switch value {
            case .string(let text): PrintableText.appendJSON(text, to: &waiting)
            case .bytes(let text): PrintableText.appendJSON(String(decoding: text, as: UTF8.self), to: &waiting)
            case .raw(let text): waiting.append(contentsOf: text.utf8)
            }
        }
        waiting.append(#"},"target":""#)
        waiting.append(target)
        waiting.append("\"}\n")
    }

    private func appendConsoleLine<Facts: Sequence>(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: Facts
    ) where Facts.Element == (key: StaticString, value: Value) {
        let color: StaticString =
            switch level {
            case .debug: "\u{1B}[34m"
            case .info: "\u{1B}[32m"
            case .warning: "\u{1B}[33m"
            case .error: "\u{1B}[31m"
            }
        let (faint, end): (StaticString, StaticString) = usesColor ? ("\u{1B}[2m", "\u{1B}[0m") : ("", "")
        waiting.append(faint)
        clock.append(to: &waiting)
        waiting.append(end)
        waiting.append(" ")
        if usesColor { waiting.append(color) }
        waiting.append(level.word)
        waiting.append(end)
        waiting.append(" ")
        waiting.append(faint)
        waiting.append(target)
        waiting.append(":")
        waiting.append(end)
        waiting.append(" ")
        PrintableText.append(message, to: &waiting)
        for (name, value) in facts {
            waiting.append(" ")
            waiting.append(name)
            waiting.append("=")
            switch value {
            case .string(let text), .raw(let text): PrintableText.append(text, to: &waiting)
            case .bytes(let text): PrintableText.append(String(decoding: text, as: UTF8.self), to: &waiting)
            }
        }
        waiting.append("\n")
    }

    // MARK: - Writing

    private func startWriting() {
        guard !isWriting, !waiting.isEmpty else { return }
        isWriting = true
        let lines = waiting
        waiting = []
        loop.submit {
            Self.writeToStandardError(lines)
        } then: { [self] in
            isWriting = false
            if dropped > 0 {
                let count = dropped
                dropped = 0
                warning("coglet", "Log lines were dropped because stderr was not read", ["count": .raw("\(count)")])
            }
            if waiting.count > Self.impatientBytes {
                startWriting()
            } else if !waiting.isEmpty {
                timer.start(after: Self.gatherTime)
            }
        }
    }

    private static func writeToStandardError(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(2, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    return  // Nobody is left to report it to.
                }
                rest = .init(rebasing: rest[count...])
            }
        }
    }
}

extension [UInt8] {
    /// Appends a literal without creating a String.
    mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}

@available(*, unavailable)
extension Log: Sendable {}

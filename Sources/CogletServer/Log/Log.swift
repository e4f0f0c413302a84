import EventLoop
import Glibc
import JSON

/// The server's log: lines on stderr, one JSON object each or, with `LOG_FORMAT=console`, coloured text.
///
/// Lines gather for a moment and leave together from the thread pool, so that neither a busy server nor a reader of
/// stderr that has stopped reading holds up the loop. What does not fit into ``limitBytes`` is counted and dropped.
///
/// Bound to the loop.
final class Log {
    /// A further fact in a line: a string, or a value written as it is.
    enum Value {
        case string(String)
        case bytes([UInt8])
        case raw(String)
    }

    /// How long a line waits for others.
    static let gatherTime = Duration.milliseconds(20)
    /// With this much waiting the next write begins as soon as the one before it has ended.
    static let impatientBytes = 1 << 20
    /// How much waits at most while stderr is not read.
    static let limitBytes = 8 << 20

    let level: LogLevel
    private let isConsole: Bool
    private let loop: EventLoop
    private let timer: Timer
    private var waiting: [UInt8] = []
    private var isWriting = false
    private var dropped = 0
    private var clock = TimestampClock()

    init(on loop: EventLoop, level: LogLevel, isConsole: Bool) throws(EventLoopError) {
        self.loop = loop
        self.level = level
        self.isConsole = isConsole
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

    /// Writes a line whatever the level: what the model says during setup, or outside of predictions.
    func always(_ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value> = [:]) {
        write(.info, target, message, facts)
    }

    /// Writes what waits, on the calling thread; to be called when the process is about to end.
    func flush() {
        guard !isWriting else { return }
        Self.writeToStandardError(waiting)
        waiting.removeAll()
    }

    // MARK: - Lines

    private func write(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value>
    ) {
        guard waiting.count < Self.limitBytes else {
            dropped += 1
            return
        }
        if isConsole {
            appendConsoleLine(level, target, message, facts)
        } else {
            appendJSONLine(level, target, message, facts)
        }
        if !timer.isActive, !isWriting { timer.start(after: Self.gatherTime) }
    }

    private func appendJSONLine(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value>
    ) {
        waiting.append(#"{"timestamp":""#)
        clock.append(to: &waiting)
        waiting.append(#"","level":""#)
        waiting.append(level.word)
        waiting.append(#"","fields":{"message":"#)
        appendJSONString(message, to: &waiting)
        for (name, value) in facts {
            waiting.append(#",""#)
            waiting.append(name)
            waiting.append(#"":"#)
            switch value {
            case .string(let text): appendJSONString(text, to: &waiting)
            case .bytes(let text): appendJSONString(text, to: &waiting)
            case .raw(let text): waiting.append(contentsOf: text.utf8)
            }
        }
        waiting.append(#"},"target":""#)
        waiting.append(target)
        waiting.append("\"}\n")
    }

    private func appendConsoleLine(
        _ level: LogLevel, _ target: StaticString, _ message: String, _ facts: KeyValuePairs<StaticString, Value>
    ) {
        let color: StaticString =
            switch level {
            case .debug: "\u{1B}[34m"
            case .info: "\u{1B}[32m"
            case .warning: "\u{1B}[33m"
            case .error: "\u{1B}[31m"
            }
        waiting.append("\u{1B}[2m")
        clock.append(to: &waiting)
        waiting.append("\u{1B}[0m ")
        waiting.append(color)
        waiting.append(level.word)
        waiting.append("\u{1B}[0m \u{1B}[2m")
        waiting.append(target)
        waiting.append(":\u{1B}[0m ")
        waiting.append(contentsOf: message.utf8)
        for (name, value) in facts {
            waiting.append(" ")
            waiting.append(name)
            waiting.append("=")
            switch value {
            case .string(let text), .raw(let text): waiting.append(contentsOf: text.utf8)
            case .bytes(let text): waiting.append(contentsOf: text)
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
                    return  // Nobody is left to be told.
                }
                rest = .init(rebasing: rest[count...])
            }
        }
    }
}

extension [UInt8] {
    /// Appends a literal without making a String of it.
    mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}

@available(*, unavailable)
extension Log: Sendable {}

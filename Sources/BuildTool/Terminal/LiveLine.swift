import Glibc
import Synchronization

/// The last line of a terminal while it still changes.
///
/// All text for standard error passes through here, so that it appears above the line, and the line is never torn. It
/// is drawn with carriage returns and spaces alone: no escape sequence is needed.
package final class LiveLine: Sendable {
    /// The one of this process.
    package static let shared = LiveLine()

    private struct State {
        var text = ""
        /// How many columns of it are on the screen now.
        var drawnColumns = 0
        /// Whether other text has begun a line and not ended it.
        var isMidLine = false
        /// The error number of the first result that could not be written.
        var resultFailure: Int32?
    }

    private let state = Mutex(State())

    /// Shows a text in the place of the one before; an empty one takes the line away.
    ///
    /// - Parameter columns: how wide the text is on the screen.
    func show(_ text: String, columns: Int) {
        state.withLock { state in
            state.text = text
            guard !state.isMidLine else { return }
            let rest = max(0, state.drawnColumns - columns)
            guard rest > 0 || columns > 0 else { return }
            // The cursor stays behind the text: what the terminal echoes is then not written over it.
            let blanks = String(repeating: " ", count: rest) + String(repeating: "\u{8}", count: rest)
            Self.put(STDERR_FILENO, ("\r" + text + blanks + (columns == 0 ? "\r" : "")).utf8)
            state.drawnColumns = columns
        }
    }

    /// Writes bytes of others, as they are.
    package func write(_ bytes: some Collection<UInt8>) {
        guard let last = Array(bytes.suffix(1)).last else { return }
        state.withLock { state in
            Self.erase(&state)
            Self.put(STDERR_FILENO, bytes)
            state.isMidLine = last != UInt8(ascii: "\n")
        }
    }

    /// Writes a line of our own, which begins where a line begins.
    ///
    /// - Parameter isLast: whether the changing line goes away with it.
    func writeLine(_ text: String, isLast: Bool = false) {
        state.withLock { state in
            Self.erase(&state)
            Self.put(STDERR_FILENO, ((state.isMidLine ? "\n" : "") + text + "\n").utf8)
            state.isMidLine = false
            if isLast { state.text = "" }
        }
    }

    /// Writes to standard output, which may be the same terminal.
    func writeResult(_ text: String) {
        state.withLock { state in
            Self.erase(&state)
            let failure = Self.put(STDOUT_FILENO, text.utf8)
            if state.resultFailure == nil { state.resultFailure = failure }
            if isatty(STDOUT_FILENO) == 1, let last = text.utf8.last { state.isMidLine = last != UInt8(ascii: "\n") }
        }
    }

    /// The error number of the first result that could not be written; nil when all of them were.
    var resultFailure: Int32? { state.withLock { $0.resultFailure } }

    private static func erase(_ state: inout State) {
        guard state.drawnColumns > 0 else { return }
        put(STDERR_FILENO, ("\r" + String(repeating: " ", count: state.drawnColumns) + "\r").utf8)
        state.drawnColumns = 0
    }

    /// - Returns: the error number of what could not be written.
    @discardableResult
    private static func put(_ descriptor: Int32, _ bytes: some Collection<UInt8>) -> Int32? {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
                continue
            }
            // There is no way to report that standard error is closed. A reader of results that went away ends the
            // program by SIGPIPE, as with any filter.
            guard written > 0 else { return errno }
            rest = rest.dropFirst(written)
        }
        return nil
    }
}

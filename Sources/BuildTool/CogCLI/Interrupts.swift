@preconcurrency import Dispatch
import Glibc

/// Turns Ctrl-C and a request to end into a call, so that containers are stopped before the program ends.
///
/// The handlers of the signals write to a pipe. A dispatch source of signals would miss those that come before it is
/// registered, or that the first thread takes.
final class Interrupts {
    private let source: any DispatchSourceRead

    /// - Parameter onInterrupt: called on a thread of its own, once for signals that come together. Signals that whoever
    ///   started the program has ignored, as `nohup` does, stay ignored.
    /// - Returns: nil if the process can't open more files; signals end the program as usual then.
    init?(_ onInterrupt: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let readEnd = ends[0]
        writeEnd = ends[1]
        source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: .global())
        source.setEventHandler {
            var bytes: UInt64 = 0
            while read(readEnd, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
            onInterrupt()
        }
        source.resume()
        for number in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(number) {
            // Not "ignore": children would inherit that.
            signal(number) { _ in
                let error = errno
                var byte: UInt8 = 1
                // A full pipe says enough.
                _ = write(writeEnd, &byte, 1)
                hasCome = true
                errno = error
            }
        }
    }

    /// Whether a signal has come, even if nobody has been told yet.
    static var isInterrupted: Bool { hasCome }

    func close() { source.cancel() }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// Where the handlers write; set once, before they are installed.
private nonisolated(unsafe) var writeEnd: Int32 = -1
/// Only ever set, by the handlers.
private nonisolated(unsafe) var hasCome = false

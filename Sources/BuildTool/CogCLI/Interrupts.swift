@preconcurrency import Dispatch
import Glibc

/// Turns Ctrl-C and a request to end into a call, so that containers are stopped before the program ends.
final class Interrupts {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter onInterrupt: called on a thread of its own, once a signal.
    init(_ onInterrupt: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // A handler that does nothing, not "ignore": children would inherit that.
            signal(number) { _ in }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: onInterrupt)
            source.resume()
            return source
        }
    }

    func close() { for source in sources { source.cancel() } }
}

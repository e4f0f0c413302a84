import Synchronization

/// Shows on standard error what a model prints while its prediction runs, by asking for the prediction's state.
///
/// The server's own log leaves it out at the level that containers of predictions run with. A server that can't be asked,
/// the original Cog's, has it in its answer: then it is shown at the end.
final class LogFollower: Sendable {
    private static let pause = Duration.milliseconds(100)

    private let client: LoopbackClient
    private let target: String
    private let console: Console
    private let shownBytes = Mutex(0)

    /// - Parameter target: the path of the prediction.
    init(_ client: LoopbackClient, target: String, console: Console) {
        self.client = client
        self.target = target
        self.console = console
    }

    /// Shows what comes until the task is cancelled.
    func follow() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.pause)
                let answer = try await client.send("GET", target)
                // Not found: it hasn't begun yet, or has ended with more output than the server remembers.
                guard answer.status == 200 || answer.status == 404 else { return }
                show(try JSONValue(parsing: answer.text)["logs"]?.string ?? "")
            } catch {
                // Cancelled, or the server is gone; what that means is told by the request itself.
                return
            }
        }
    }

    /// Shows what is still missing of a prediction's whole logs.
    func finish(_ logs: String) { show(logs) }

    private func show(_ logs: String) {
        let bytes = logs.utf8
        let new = shownBytes.withLock { shown in
            defer { shown = max(shown, bytes.count) }
            return bytes.dropFirst(shown)
        }
        if !new.isEmpty { console.raw(String(decoding: new, as: UTF8.self)) }
    }
}

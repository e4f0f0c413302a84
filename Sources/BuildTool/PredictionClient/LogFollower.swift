import JSON
import Synchronization
import Terminal

/// Shows on standard error what a model prints while its prediction runs.
///
/// The server's own log leaves it out at the level that containers of predictions run with. Models that stream have
/// events, in which each text comes once; of others the whole state is asked for again and again. A server that can't be
/// asked, the original Cog's, has it in its answer: then it is shown at the end.
final class LogFollower: Sendable {
    private static let pause = Duration.milliseconds(100)
    /// The more a model prints, the longer each question takes: it may take a fifth of the time.
    private static let pauseFactor = 4

    private let client: LoopbackClient
    private let target: String
    private let hasEvents: Bool
    private let console: Console
    private let shownBytes = Mutex(0)

    /// - Parameters:
    ///   - target: the path of the prediction.
    ///   - hasEvents: whether the model streams.
    init(_ client: LoopbackClient, target: String, hasEvents: Bool, console: Console) {
        self.client = client
        self.target = target
        self.hasEvents = hasEvents
        self.console = console
    }

    /// Shows what comes until the task is canceled.
    func follow() async {
        do {
            var pause = Self.pause
            while !Task.isCancelled {
                try await Task.sleep(for: pause)
                let asked = ContinuousClock.now
                let response = try await hasEvents ? followEvents() : askForState()
                // Not found: it hasn't begun yet, or has ended with more output than the server remembers.
                guard response.status == 404 || response.status == 200 && !hasEvents else { return }
                pause = max(Self.pause, asked.duration(to: .now) * Self.pauseFactor)
            }
        } catch {
            // Canceled, or the server is gone: the request itself reports that.
        }
    }

    /// Shows what is still missing of a prediction's whole logs.
    func finish(_ logs: String) { show(whole: logs) }

    private func followEvents() async throws -> LoopbackClient.Response {
        let reader = EventReader { [self] event in
            if case .log(let text) = event { show(more: text) }
        }
        return try await client.send("GET", target, accept: "text/event-stream") { reader.feed($0) }
    }

    private func askForState() async throws -> LoopbackClient.Response {
        let response = try await client.send("GET", target)
        if response.status == 200 { show(whole: try JSONTree(parsing: response.text)["logs"]?.string ?? "") }
        return response
    }

    private func show(more text: String) {
        shownBytes.withLock { $0 += text.utf8.count }
        console.raw(text)
    }

    private func show(whole logs: String) {
        let bytes = logs.utf8
        let new = shownBytes.withLock { shown in
            defer { shown = max(shown, bytes.count) }
            return bytes.dropFirst(shown)
        }
        if !new.isEmpty { console.raw(String(decoding: new, as: UTF8.self)) }
    }
}

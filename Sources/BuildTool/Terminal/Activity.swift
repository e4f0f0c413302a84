import Synchronization
import ToolBasics

/// A part of a command's work, which a terminal shows as one line that changes, with the time it takes.
///
/// Where standard error is no terminal nothing is shown.
package final class Activity: Sendable {
    private struct State {
        var step: String?
        var stepBegan = ContinuousClock.now
        var detail = ""
        var fraction: Double?
        var isOver = false
    }

    private static let drawPause = Duration.milliseconds(100)

    private let title: String
    private let console: Console
    private let isLive: Bool
    private let began = ContinuousClock.now
    private let state = Mutex(State())

    fileprivate init(_ title: String, _ console: Console, isLive: Bool) {
        self.title = title
        self.console = console
        self.isLive = isLive
        guard isLive else { return }
        draw()
        Task.detached { [self] in
            while !state.withLock({ $0.isOver }) {
                draw()
                // Nobody cancels this task.
                try? await Task.sleep(for: Self.drawPause)
            }
        }
    }

    /// Names what is being done now; nil for the activity as a whole.
    package func show(_ step: String?, detail: String = "", fraction: Double? = nil) {
        state.withLock { state in
            if state.step != step { state.stepBegan = .now }
            state.step = step
            state.detail = detail
            state.fraction = fraction
        }
    }

    /// Leaves a line for a step that took its time.
    package func stepEnded(_ step: String, seconds: Double) {
        guard isLive else { return }
        console.lasting(ActivityText(title: step, seconds: seconds).done, endsActivity: false)
    }

    /// Leaves a line that says how long the activity took; the first call counts.
    package func finish() {
        guard end(), isLive else { return }
        let text = ActivityText(title: title, seconds: (ContinuousClock.now - began).inSeconds)
        console.lasting(text.done, endsActivity: true)
    }

    /// Takes the line away, for a failure that has lines of its own.
    func drop() {
        if end(), isLive { LiveLine.shared.show("", columns: 0) }
    }

    private func end() -> Bool {
        state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
    }

    private func draw() {
        state.withLock { state in
            guard !state.isOver else { return }
            let since = state.step == nil ? began : state.stepBegan
            console.live(
                ActivityText(
                    title: state.step ?? title, detail: state.detail, fraction: state.fraction,
                    seconds: (ContinuousClock.now - since).inSeconds))
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension Console {
    /// Does a part of the work with its line on the terminal.
    ///
    /// - Parameters:
    ///   - isLive: false where others write to the terminal meanwhile and draw on it: then the title alone is shown.
    ///   - isShown: whether it is shown at all.
    package func activity<Outcome: Sendable>(
        _ title: String, isLive: Bool = true, isShown: Bool = true,
        _ body: (Activity) async throws -> Outcome
    ) async throws -> Outcome {
        debug(title)
        let draws = isShown && isLive && drawsLines
        if isShown, isTerminal, !draws { info(title) }
        let activity = Activity(title, self, isLive: draws)
        do {
            let outcome = try await body(activity)
            activity.finish()
            return outcome
        } catch {
            activity.drop()
            throw error
        }
    }
}

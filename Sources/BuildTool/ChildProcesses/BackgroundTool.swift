import Synchronization
import ToolBasics

/// A program that runs beside this one, with its output on our standard error.
///
/// It continues if the task that started it is canceled: its owner must end it.
package struct BackgroundTool: Sendable {
    private let task: Task<Result<Int32, any Error>, Never>
    private let written = OutputEnd()
    private let ending = Ending()

    /// Set once, read from anywhere.
    private final class Ending: Sendable {
        let isReached = Atomic(false)
    }

    package init(_ tool: Tool, _ arguments: [String]) {
        let ending = ending
        let written = written
        task = Task {
            defer { ending.isReached.store(true, ordering: .releasing) }
            do {
                return .success(try await tool.watch(arguments, end: written).status)
            } catch {
                return .failure(error)
            }
        }
    }

    /// Whether the program has ended, or could not be started.
    package var hasEnded: Bool { ending.isReached.load(ordering: .acquiring) }

    /// The end of what the program wrote.
    package var output: String { written.text }

    /// Waits for the end. Returns the exit status, or the reason why there is none: the program was interrupted or
    /// couldn't be started.
    package func end() async -> Result<Int32, any Error> { await task.value }

    /// Asks the program to end, as Ctrl-C would, and waits until it did.
    package func interrupt() async {
        task.cancel()
        _ = await task.value
    }
}

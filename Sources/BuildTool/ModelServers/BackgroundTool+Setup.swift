import ChildProcesses
import PredictionClient

extension BackgroundTool {
    /// How long what a program is known to have written may take to get here.
    private static let arrivalTime = Duration.seconds(1)
    private static let arrivalPause = Duration.milliseconds(5)

    /// Waits until the text of a setup was passed on, for a second at most: what comes next is then shown behind it.
    func pass(_ setup: SetupText) async {
        let deadline = ContinuousClock.now + Self.arrivalTime
        while !setup.isShown(in: output), !hasEnded, ContinuousClock.now < deadline {
            // Canceled: the caller notices that itself.
            guard (try? await Task.sleep(for: Self.arrivalPause)) != nil else { return }
        }
    }
}

import JSON
import ToolBasics

extension LoopbackClient {
    /// Asks for the server's health every 100 ms until it is ready to take predictions.
    ///
    /// - Parameters:
    ///   - what: what the server runs in, for messages.
    ///   - isRunning: whether there is still a server to wait for; asked when it doesn't answer.
    /// - Returns: what the model printed meanwhile.
    /// - Throws: `PredictionFailure` when the setup failed, took too long, or the server ended.
    package func waitUntilReady(
        timeout: Duration, what: String = "Container", isRunning: () async throws -> Bool
    ) async throws -> SetupText {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        do {
            while clock.now < deadline {
                // Not answering, or not with 200, is "not yet".
                let response = try? await send("GET", "/health-check", timeout: .milliseconds(250))
                try Task.checkCancellation()
                if let response, response.status == 200, let health = try? JSONTree(parsing: response.text) {
                    switch health["status"]?.string {
                    case "STARTING": break
                    case "READY": return SetupText(health["setup"]?["logs"]?.string ?? "")
                    case "SETUP_FAILED": throw PredictionFailure.setupFailed
                    case let other:
                        throw PredictionFailure.unexpectedHealth(server: what, status: other ?? "none")
                    }
                } else if try await !isRunning() {
                    throw PredictionFailure.serverEnded(what)
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        } catch {
            if error is CancellationError { throw Interrupted() }
            throw error
        }
        throw PredictionFailure.setupTimeout(timeout)
    }
}

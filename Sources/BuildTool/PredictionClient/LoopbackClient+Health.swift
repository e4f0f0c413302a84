import JSON
package import ToolBasics

extension LoopbackClient {
    /// Asks for the server's health every 100 ms until it is ready to take predictions.
    ///
    /// - Parameters:
    ///   - what: what the server runs in, for messages.
    ///   - isRunning: whether there is still a server to wait for; asked when it doesn't answer.
    /// - Returns: what the model printed meanwhile.
    /// - Throws: `CogError.prediction` when the setup failed, took too long, or the server ended.
    package func waitUntilReady(
        timeout: Duration, what: String = "Container", isRunning: () async throws -> Bool
    ) async throws(CogError) -> SetupText {
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
                    case "SETUP_FAILED": throw CogError.prediction("Model setup failed, its output is above")
                    case let other:
                        throw CogError.prediction(
                            "\(what) healthcheck returned unexpected status: \(other ?? "none")")
                    }
                } else if try await !isRunning() {
                    throw CogError.prediction("\(what) exited unexpectedly")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        } catch {
            throw error as? CogError ?? .interrupted
        }
        throw .prediction(
            "Timed out: setup() took more than \(timeout.components.seconds) s. Its output is above. Allow it more time with "
                + "--setup-timeout SECONDS")
    }
}

import Foundation

/// A running container of a model's server, for one prediction or training.
///
/// Whoever starts it must stop it, on every path.
package struct ServerContainer: Sendable {
    /// Talks to the server.
    package let client: LoopbackClient
    private let name: String
    private let engine: Engine
    private let logs: Task<Void, Never>

    /// Starts a container and follows its logs to standard error.
    ///
    /// - Parameters:
    ///   - options: how; `detached`, name and the published port are filled in.
    ///   - retriesWithoutGPU: whether a missing GPU is no failure.
    package static func start(
        _ options: ContainerOptions, engine: Engine, console: Console, retriesWithoutGPU: Bool
    ) async throws(CogError) -> ServerContainer {
        var options = options
        options.detached = true
        options.publish = ["127.0.0.1::5000"]
        do {
            var answer = try await engine.client(for: options).answer(options.arguments)
            if !answer.succeeded, options.gpus != nil, retriesWithoutGPU, Engine.saysGPUMissing(answer.error) {
                console.info("Missing device driver, re-trying without GPU")
                await engine.stop(options.name)
                options.gpus = nil
                answer = try await engine.client(for: options).answer(options.arguments)
            }
            guard answer.succeeded else { throw CogError.engine("Failed to start container: \(answer.text)") }
            let port = try await engine.client.answer(["port", options.name, "5000/tcp"])
            let number = port.output.split(separator: "\n").first?.split(separator: ":").last.flatMap { Int($0) }
            let container = options.name
            let client = engine.client
            // A log that can't be followed any more has ended, which is all that counts.
            let logs = Task { _ = try? await client.show(["logs", "--follow", container]) }
            guard let number else {
                // The container may be gone before it could be asked: give its last words time to arrive.
                await logs.value
                throw CogError.prediction("Container exited unexpectedly")
            }
            return ServerContainer(client: LoopbackClient(port: number), name: options.name, engine: engine, logs: logs)
        } catch {
            await engine.stop(options.name)
            throw error as? CogError ?? .interrupted
        }
    }

    /// Waits until the server is ready to take predictions.
    package func waitUntilReady(timeout: Duration) async throws(CogError) {
        try await client.waitUntilReady(timeout: timeout) { try await isRunning() }
    }

    private func isRunning() async throws -> Bool {
        let answer = try await engine.client.answer(["inspect", "--format", "{{.State.Running}}", name])
        return answer.succeeded && answer.output.trimmingSpaces == "true"
    }

    /// Stops the container and waits for the end of its logs.
    package func stop() async {
        await engine.stop(name)
        await logs.value
    }
}

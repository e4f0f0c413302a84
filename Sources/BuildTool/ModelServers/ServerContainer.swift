import ChildProcesses
package import ContainerEngine
import Foundation
package import PredictionClient
import ToolBasics

/// A running container of a model's server, for one prediction or training.
///
/// Its owner must stop it, on every path.
package struct ServerContainer: Sendable {
    /// Talks to the server.
    package let client: LoopbackClient
    private let name: String
    private let engine: Engine
    private let attached: BackgroundTool
    private let guardian: ContainerGuard

    /// Starts a container; what it writes goes to standard error from its first word to its last.
    ///
    /// - Parameter options: how; the published port is filled in.
    package static func start(_ options: ContainerOptions, engine: Engine) async throws -> ServerContainer {
        var options = options
        options.publish = ["127.0.0.1::5000"]
        // Ctrl-C reaches the client too, being in our process group. The container is stopped in an orderly way instead.
        options.passesSignals = false
        let guardian = ContainerGuard(options.name, engine)
        let attached = BackgroundTool(engine.client(for: options), options.arguments)
        do {
            let key = try await ServerKey.find(for: options, engine)
            let port = try await publishedPort(options.name, engine, attached)
            return ServerContainer(
                client: LoopbackClient(port: port, key: key), name: options.name, engine: engine, attached: attached,
                guardian: guardian)
        } catch {
            await end(options.name, engine, attached)
            guardian.release()
            throw error
        }
    }

    /// Waits until the server is ready to take predictions, and what its setup has printed is shown.
    package func waitUntilReady(timeout: Duration) async throws {
        await attached.pass(try await client.waitUntilReady(timeout: timeout) { !attached.hasEnded })
    }

    /// Stops the container and waits for its last words.
    package func stop() async {
        await Self.end(name, engine, attached)
        guardian.release()
    }

    // MARK: - Parts

    private static func publishedPort(
        _ name: String, _ engine: Engine, _ attached: BackgroundTool
    ) async throws -> Int {
        while !attached.hasEnded {
            // Fails as long as there is no container, or it has not begun to run.
            let answer = try await engine.client.answer(["port", name, "5000/tcp"])
            let first = answer.output.split(separator: "\n").first
            if answer.succeeded, let port = first?.split(separator: ":").last.flatMap({ Int($0) }) { return port }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw Interrupted()
            }
        }
        // The client's own failures have this status, and are on standard error already.
        guard try await attached.end().get() == 125 else { throw PredictionFailure.serverEnded("Container") }
        throw EngineFailure.notStarted(said: attached.output)
    }

    private static func end(_ name: String, _ engine: Engine, _ attached: BackgroundTool) async {
        await engine.stop(name)
        _ = await attached.end()
        // A client that was interrupted on its way may have left a container that did not exist a moment ago.
        await engine.remove(name)
    }
}

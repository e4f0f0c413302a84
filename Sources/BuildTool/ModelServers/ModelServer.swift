import ChildProcesses
package import ContainerEngine
import PredictionClient
import ToolBasics

/// A model's server that runs until it is stopped: in a container, or as a child process.
package struct ModelServer: Sendable {
    private let process: BackgroundTool
    /// The container and the engine that runs it; nil for a child process.
    private let container: Container?

    private struct Container {
        let name: String
        let engine: Engine
        let guardian: ContainerGuard
    }

    /// A server that is a child process.
    package init(_ server: LocalServer) {
        process = server.process
        container = nil
    }

    private init(_ process: BackgroundTool, _ container: Container) {
        self.process = process
        self.container = container
    }

    /// Starts a container; what it writes goes to standard error.
    ///
    /// - Parameter endTime: how long it may take to end.
    package static func start(_ options: ContainerOptions, engine: Engine, endTime: Duration) -> ModelServer {
        var client = engine.client(for: options)
        client.endTime = endTime
        let guardian = ContainerGuard(options.name, engine)
        return ModelServer(
            BackgroundTool(client, options.arguments),
            Container(name: options.name, engine: engine, guardian: guardian))
    }

    /// Whether the server answers, in whatever state its model is.
    package func answers(_ host: String, _ port: Int) async throws -> Bool {
        if ["127.0.0.1", "0.0.0.0", "localhost"].contains(host), container?.engine.isRemote != true {
            let response = try? await LoopbackClient(port: port).send(
                "GET", "/health-check", timeout: .milliseconds(250))
            if Task.isCancelled { throw Interrupted() }
            return response != nil
        }
        guard let container else { return PublishedPort.isTaken(host, port) }
        // Only inside is it sure to be reached.
        let script = "import urllib.request as u; u.urlopen('http://127.0.0.1:5000/health-check', timeout=1)"
        return try await container.engine.client.answer(["exec", container.name, "python", "-c", script]).succeeded
    }

    /// The exit status of a server that has ended; nil while it runs.
    package func exitStatus() async throws -> Int32? {
        if Task.isCancelled { throw Interrupted() }
        guard process.hasEnded else { return nil }
        return try await process.end().get()
    }

    /// Whether a container's server has ended because somebody asked it to: 130 is how it ends after SIGINT.
    package func isOrderly(_ status: Int32) -> Bool { container != nil && (status == 0 || status == 130) }

    /// What to tell of a server that has ended.
    package func failure(_ status: Int32) -> ServerFailure {
        container == nil
            ? .processEnded(status, said: process.output) : .containerEnded(status, said: process.output)
    }

    /// Asks the server to end and waits for it.
    package func stop() async {
        await process.interrupt()
        guard let container else { return }
        await container.engine.stop(container.name)
        container.guardian.release()
    }
}

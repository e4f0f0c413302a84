import ChildProcesses
import ContainerEngine
import Foundation
import PredictionClient
import ToolBasics

/// `coglet playground` as a child process: the page for any server of a model.
package struct PlaygroundProcess: Sendable {
    /// Its settings.
    package struct Settings: Sendable, Equatable {
        package var host = "127.0.0.1"
        package var port: Int
        /// The server that the page starts with.
        package var target: String
        /// The name by which servers of models reach this machine, for webhooks.
        package var webhookHost: String

        package init(host: String = "127.0.0.1", port: Int, target: String, webhookHost: String) {
            self.host = host
            self.port = port
            self.target = target
            self.webhookHost = webhookHost
        }

        var arguments: [String] {
            [
                "playground", "--host", host, "--port", String(port), "--target", target, "--webhook-host", webhookHost,
            ]
        }

        /// What is wrong with the target, as far as its text tells; nil if nothing is.
        package var targetProblem: String? {
            let parts = URLComponents(string: target)
            guard let parts, ["http", "https"].contains(parts.scheme?.lowercased()), parts.host?.isEmpty == false else {
                return "it must be like http://localhost:8393"
            }
            if parts.user != nil || parts.password != nil { return "it may not have a user name or a password" }
            if parts.query != nil || parts.fragment != nil { return "it may not have a query or a fragment" }
            return nil
        }
    }

    /// How long the program may take to end: requests get 5 s.
    private static let endTime = Duration.seconds(8)
    private static let pause = Duration.milliseconds(20)

    private let process: BackgroundTool
    private let settings: Settings

    /// Starts the program and waits until it answers.
    ///
    /// - Throws: `ServerFailure` when it ends before that; it has said why.
    package static func start(
        _ settings: Settings, program: CogletProgram
    ) async throws -> PlaygroundProcess {
        var tool = Tool(program.path)
        tool.endTime = endTime
        let playground = PlaygroundProcess(process: BackgroundTool(tool, settings.arguments), settings: settings)
        do {
            while try await !playground.answers() {
                if playground.process.hasEnded { throw try await playground.failure() }
                try await rest()
            }
        } catch {
            await playground.stop()
            throw error
        }
        return playground
    }

    private func answers() async throws -> Bool {
        guard ["127.0.0.1", "0.0.0.0", "localhost", "::"].contains(settings.host) else {
            return PublishedPort.isTaken(settings.host, settings.port)
        }
        // Not answering is "not yet".
        let response = try? await LoopbackClient(port: settings.port).send("GET", "/config", timeout: .seconds(1))
        if Task.isCancelled { throw Interrupted() }
        return response?.status == 200
    }

    private func failure() async throws -> ServerFailure {
        .playgroundEnded(try await process.end().get())
    }

    /// Waits until the program ends, which it does only when something is wrong, or the task is canceled.
    package func failed() async throws -> ServerFailure {
        while !process.hasEnded { try await Self.rest() }
        return try await failure()
    }

    /// Ends the program if it hasn't ended.
    package func stop() async { await process.interrupt() }

    private static func rest() async throws {
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw Interrupted()
        }
    }
}

import ArgumentParser
import ContainerEngine
import ModelServers
import Terminal
import ToolBasics

/// `cog playground`
struct PlaygroundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "playground", abstract: "Open a page to try any running Cog server.",
        discussion: """
            The page is the one that servers show at /docs, for servers that have none, and with a place for webhooks. It
            needs no project and no container engine. Only browsers of this machine may use it.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The port to listen on; 0 for a free one.")
    var port = 0

    @Option(help: ArgumentHelp("The server that the page starts with.", valueName: "url"))
    var target = "http://localhost:8393"

    @Option(help: "The name under which the server reaches this machine to send webhooks.")
    var webhookHost = "host.docker.internal"

    @Flag(help: "Don't open a browser.")
    var noOpen = false

    @OptionGroup var console: ConsoleOptions

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("port must be between 0 and 65535") }
        if let problem = settings(port).targetProblem {
            throw ValidationError("invalid target \"\(target)\": \(problem)")
        }
    }

    private func settings(_ port: Int) -> PlaygroundProcess.Settings {
        PlaygroundProcess.Settings(host: host, port: port, target: target, webhookHost: webhookHost)
    }

    func run() async throws {
        let session = Session(console, registry: nil)
        let port = self.port == 0 ? try LocalServer.freePort() : self.port
        if PublishedPort.isTaken(host, port) {
            throw UsageFailure.portTaken(port, host: host)
        }
        do {
            let program = try await CogletProgram.find(session.environment, executable: Session.executable)
            session.console.debug("playground: \(program.path)")
            let playground = try await PlaygroundProcess.start(settings(port), program: program)
            let url = ServeCommand.browserURL(host, port)
            session.console.info("Cog playground running at \(session.console.bold(url))")
            session.console.info("Press Ctrl+C to stop.")
            if !noOpen { await Browser.open(url, session.environment, session.console) }
            do {
                throw try await playground.failed()
            } catch {
                await playground.stop()
                throw error
            }
        } catch is Interrupted {
            // Ctrl-C is how it is meant to end.
        }
    }
}

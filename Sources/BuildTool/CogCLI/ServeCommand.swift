import ArgumentParser
import ChildProcesses
import ContainerEngine
import Foundation
import ImageBuilds
import ImagePlans
import ModelConfig
import ModelServers
import Projects
import Terminal
import ToolBasics

/// `cog serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the model's HTTP server.")

    @Option(help: "The address to listen on.", completion: .list(["127.0.0.1", "0.0.0.0"]))
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The port to listen on.")
    var port = 8393

    @Option(help: ArgumentHelp("Where the server uploads output files.", valueName: "url"))
    var uploadUrl: String?

    @Flag(help: "Run in the project's own virtual environment instead of a container.")
    var local = false

    @Flag(
        help:
            "Restart the model when a source file changes. While the code is broken, the port answers 503 with the reason."
    )
    var reload = false

    @Flag(help: "Open the model's page in a browser when the model is ready.")
    var open = false

    @Flag(help: "Also start 'cog playground' for this server.")
    var playground = false

    @Option(help: "The port of the playground; 0 for a free one.")
    var playgroundPort = 9000

    /// How long the server may take to end, in seconds: it needs at most 25 s, including the last webhooks.
    static let stopTimeout = 30

    @OptionGroup var container: ContainerArguments
    @OptionGroup var project: ProjectOptions
    @OptionGroup var secrets: SecretOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if host.isEmpty { throw ValidationError("--host must not be empty: for all addresses write 0.0.0.0") }
        if let uploadUrl, !uploadUrl.isEmpty, !["http://", "https://"].contains(where: uploadUrl.hasPrefix) {
            throw ValidationError("invalid --upload-url \"\(uploadUrl)\": it must be like https://example.com/files")
        }
        guard (0...65535).contains(port) else { throw ValidationError("port must be between 0 and 65535") }
        guard (0...65535).contains(playgroundPort) else {
            throw ValidationError("playground-port must be between 0 and 65535")
        }
        if port > 0 { try checkPorts(port, playgroundPort) }
    }

    /// Where the playground listens: containers have to reach it with their webhooks, programs of this machine need not.
    private var playgroundHost: String { local ? "127.0.0.1" : "0.0.0.0" }

    private func checkPorts(_ port: Int, _ playgroundPort: Int) throws {
        guard playground, port == playgroundPort, PublishedPort.overlap(host, playgroundHost) else { return }
        throw ValidationError(
            "playground port \(playgroundPort) must differ from the model port \(port): choose another with "
                + "--playground-port")
    }

    func run() async throws {
        let session = Session(global, terse: true)
        if port > 0, PublishedPort.isTaken(host, port), try await isServedHere(session) {
            throw UsageFailure.portTaken(port, host: host)
        }
        do {
            let project = try session.loadProject(self.project.file)
            let port = self.port == 0 ? try LocalServer.freePort() : self.port
            let page = playground ? try await startPlayground(session, port) : nil
            var loop = ServeLoop(
                session: session, host: host, port: port, file: self.project.file, reloads: reload,
                start: { project, isFirst in
                    try await local
                        ? startLocally(project, session, port) : startContainer(project, session, port, isFirst)
                })
            if open {
                let url = page?.url ?? "\(Self.browserURL(host, port))/docs"
                loop.whenReady = { await Browser.open(url, session.environment, session.console) }
            }
            do {
                try await loop.run(project)
            } catch {
                await page?.process.stop()
                throw error
            }
        } catch is Interrupted {
            // Ctrl-C is how a server is meant to end.
        }
    }

    /// Starts the playground, before anything else takes long.
    private func startPlayground(
        _ session: Session, _ port: Int
    ) async throws -> (process: PlaygroundProcess, url: String) {
        let playgroundPort = self.playgroundPort == 0 ? try LocalServer.freePort() : self.playgroundPort
        try checkPorts(port, playgroundPort)
        if PublishedPort.isTaken(playgroundHost, playgroundPort) {
            throw UsageFailure.playgroundPortTaken(playgroundPort)
        }
        let settings = PlaygroundProcess.Settings(
            host: playgroundHost, port: playgroundPort, target: Self.browserURL(host, port),
            webhookHost: local ? "127.0.0.1" : "host.docker.internal")
        let program = try await CogletProgram.find(session.environment, executable: Session.executable)
        let process = try await PlaygroundProcess.start(settings, program: program)
        let url = "http://localhost:\(playgroundPort)"
        session.console.info("Playground at \(session.console.bold(url))")
        return (process, url)
    }

    /// Whether the port is one of this machine.
    private func isServedHere(_ session: Session) async throws -> Bool {
        if local { return true }
        return try await !Engine.isRemote(Engine.endpoint(session.environment))
    }

    /// Builds the image and starts its server with the project mounted.
    private func startContainer(
        _ project: Project, _ session: Session, _ port: Int, _ isFirst: Bool
    ) async throws -> ModelServer {
        let console = session.console
        let gpus = try ContainerOptions.checkGPUs(container.gpus)
        var request = self.project.request(project.derivedImageName, session)
        request.mountsProject = true
        request.secrets = try secrets.parsed(project, session)
        let builder = try await session.builder(project, request)
        let engine = builder.engine
        _ = try await builder.buildLight()
        var options = ContainerOptions(name: Session.containerName("serve"), image: request.tag)
        options.command = [
            "python", "--check-hash-based-pycs", "never", "-m", "cog.server.http", "--await-explicit-shutdown", "true",
        ]
        if let uploadUrl, !uploadUrl.isEmpty {
            options.command += ["--upload-url", uploadUrl]
            options.reachesHost = true
        }
        if playground { options.reachesHost = true }
        options.environment = session.serverEnvironment(container.env, isPrediction: false)
        options.binds = ["\(project.directory):/src"]
        options.workingDirectory = "/src"
        options.publish = ["\(PublishedPort.bracketed(host)):\(port):5000"]
        // The server ignores SIGTERM, as its flag says.
        options.stopSignal = "SIGINT"
        options.stopTimeout = Self.stopTimeout
        options.gpus = gpus
        if gpus == nil, project.config.build.gpu { options.gpus = try await engine.implicitGPU(request.tag, console) }
        console.debug(
            "Running \(options.command.joined(separator: " ")) in Docker with the current directory mounted as a "
                + "volume...")
        if isFirst, engine.isRemote {
            console.warn("the engine is remote: the port is bound on that host (\(engine.endpoint))")
        }
        return ModelServer.start(options, engine: engine, endTime: .seconds(Self.stopTimeout))
    }

    /// Brings the project's environment up to date and starts its server as a child process.
    private func startLocally(_ project: Project, _ session: Session, _ port: Int) async throws -> ModelServer {
        let environment = try LocalEnvironment(
            project: project, planner: session.planner(project), console: session.console)
        try await environment.prepare()
        _ = try await environment.describe()
        var tool = environment.tool(session.serverEnvironment(container.env, isPrediction: false))
        tool.endTime = .seconds(Self.stopTimeout)
        let extra = uploadUrl.flatMap { $0.isEmpty ? nil : ["--upload-url", $0] } ?? []
        return ModelServer(LocalServer.start(tool, host: host, port: port, extra: extra))
    }

    /// An address of a server that a browser on this machine can open.
    static func browserURL(_ host: String, _ port: Int) -> String {
        ["0.0.0.0", "::"].contains(host) ? "http://localhost:\(port)" : url(host, port)
    }

    /// How the address is shown: what a browser on this machine can open.
    static func url(_ host: String, _ port: Int) -> String {
        switch host {
        case "127.0.0.1", "::1", "localhost": "http://localhost:\(port)"
        case "0.0.0.0", "::": "http://\(PublishedPort.bracketed(host)):\(port) (http://localhost:\(port))"
        default: "http://\(PublishedPort.bracketed(host)):\(port)"
        }
    }
}

import ArgumentParser
import CogKit
import Foundation

/// `cog serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the model's HTTP server.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(name: .shortAndLong, help: "The port to listen on.")
    var port = 8393

    @Option(help: ArgumentHelp("Where the server uploads output files.", valueName: "url"))
    var uploadUrl: String?

    @Flag(help: "Run in the project's own virtual environment instead of a container.")
    var local = false

    @Flag(help: "With --local: start again when a source file changes.")
    var reload = false

    @OptionGroup var container: ContainerArguments
    @OptionGroup var project: ProjectOptions
    @OptionGroup var secrets: SecretOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("port must be between 0 and 65535") }
        if reload, !local { throw ValidationError("--reload needs --local") }
    }

    func run() async throws {
        let session = Session(global)
        do {
            if local {
                try await serveLocally(session)
            } else {
                try await serve(session)
            }
        } catch CogError.interrupted {
            // Ctrl-C is how a server is meant to end.
        }
    }

    private func serve(_ session: Session) async throws {
        let console = session.console
        let gpus = try ContainerOptions.checkGPUs(container.gpus)
        let project = try session.loadProject(self.project.file)
        var request = self.project.request(project.derivedImageName, session)
        request.secrets = try secrets.parsed(project, session)
        let builder = try await session.builder(project, request)
        let engine = builder.engine
        console.info("Building Docker image from environment in \(project.configName)...")
        console.info("")
        _ = try await builder.buildLight()
        var options = ContainerOptions(name: Session.containerName("serve"), image: request.tag)
        options.command = [
            "python", "--check-hash-based-pycs", "never", "-m", "cog.server.http", "--await-explicit-shutdown", "true",
        ]
        if let uploadUrl {
            options.command += ["--upload-url", uploadUrl]
            options.reachesHost = true
        }
        options.environment = session.containerEnvironment(container.env, isPrediction: false)
        options.binds = ["\(project.directory):/src"]
        options.workingDirectory = "/src"
        options.publish = ["\(PublishedPort.bracketed(host)):\(port):5000"]
        options.gpus = gpus
        if gpus == nil, project.config.build.gpu { options.gpus = try await engine.implicitGPU(request.tag, console) }
        console.info("")
        console.info(
            "Running \(console.bold(options.command.joined(separator: " "))) in Docker with the current directory mounted "
                + "as a volume...")
        if let remote = session.environment["DOCKER_HOST"], remote.hasPrefix("tcp://") || remote.hasPrefix("ssh://") {
            console.warn("the engine is remote: the port is bound on that host (\(remote))")
        }
        announce(console, port)
        let status: Int32
        do {
            status = try await engine.client(for: options).show(options.arguments)
        } catch {
            await engine.stop(options.name)
            throw error
        }
        guard status == 0 else { throw CogError.exited(1, "container exited with status \(status)") }
    }

    func announce(_ console: Console, _ port: Int) {
        console.info("")
        console.info("Serving at \(console.bold(Self.url(host, port)))")
        console.info("")
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

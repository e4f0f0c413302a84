import ArgumentParser
import ContainerEngine
import Glibc
import ImageBuilds
import ImagePlans
import ModelConfig
import Projects
import Terminal
import ToolBasics

/// `cog exec`
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command in the model's environment.")

    @Option(
        name: .shortAndLong, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Publish a port: PORT or HOST:PORT, by default on 127.0.0.1. Repeatable.", valueName: "port")
    )
    var publish: [String] = []

    @OptionGroup var container: ContainerArguments
    @OptionGroup var project: ProjectOptions
    @OptionGroup var secrets: SecretOptions
    @OptionGroup var global: GlobalOptions

    @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
    var command: [String]

    func validate() throws {
        if command.first == "-h" || command.first == "--help" { throw CleanExit.helpRequest(self) }
        if let first = command.first, first.hasPrefix("-"), first != "--" {
            throw ValidationError("Unknown option '\(first)'")
        }
    }

    func run() async throws {
        let session = Session(global, terse: true)
        let console = session.console
        let command = command.first == "--" ? Array(command.dropFirst()) : command
        guard !command.isEmpty else { throw ValidationError("Missing expected argument '<command> ...'") }
        let ports = try publish.map(PublishedPort.parse)
        let gpus = try ContainerOptions.checkGPUs(container.gpus)
        let project = try session.loadProject(self.project.file)
        var request = self.project.request(project.derivedImageName, session)
        request.mountsProject = true
        request.secrets = try secrets.parsed(project, session)
        request.describesModel = false
        let builder = try await session.builder(project, request)
        let engine = builder.engine
        _ = try await builder.buildLight()
        console.debug(
            "Running \(command.joined(separator: " ")) in Docker with the current directory mounted as a volume...")
        var options = ContainerOptions(name: Session.containerName("exec"), image: request.tag)
        options.command = command
        options.environment = session.containerEnvironment(container.env)
        options.binds = ["\(project.directory):/src"]
        options.workingDirectory = "/src"
        options.publish = ports
        options.interactive = true
        options.terminal = isatty(STDIN_FILENO) == 1
        options.gpus = gpus
        if gpus == nil, project.config.build.gpu { options.gpus = try await engine.implicitGPU(request.tag, console) }
        let status = try await engine.show(options)
        guard status == 0 else { throw CommandEnded(exitStatus: status) }
    }
}

import ArgumentParser
import ImageBuilds
import ImagePlans
import ModelConfig
import Projects
import Terminal
import ToolBasics

/// `cog build`
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Build an image from cog.yaml.")

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A name for the image: NAME or NAME:TAG.", valueName: "name"))
    var tag: String?

    @Flag(help: "Push the image after it is built, as 'cog push' does.")
    var push = false

    @Option(
        help: ArgumentHelp(
            "Write the image there instead of into the engine: a BuildKit exporter such as "
                + "type=oci,dest=FILE or type=tar,dest=FILE.", valueName: "spec"),
        completion: .list(["type=oci,dest=", "type=docker,dest=", "type=tar,dest="]))
    var output: String?

    @OptionGroup var project: ProjectOptions
    @OptionGroup var full: FullBuildOptions
    @OptionGroup var global: GlobalOptions

    @Option(parsing: .unconditional, help: .hidden)
    var timestamp = -1

    @Flag(help: .hidden)
    var skipSchemaValidation = false

    func validate() throws {
        if output?.isEmpty == true { throw ValidationError("--output must not be empty") }
        if push, output != nil { throw ValidationError("--push needs the image in the engine: leave --output out") }
        if timestamp >= 0, output != nil { throw ValidationError("--timestamp can't be used with --output") }
    }

    func run() async throws {
        let session = Session(global)
        let console = session.console
        let project = try session.loadProject(self.project.file)
        let name = try project.imageName(tag: tag)
        if push, (tag ?? project.config.image ?? project.config.model) == nil {
            throw UsageFailure.noNameToBuildAndPush(config: project.configName)
        }
        var request = self.project.request(name, session)
        try full.apply(to: &request, project, session)
        request.timestamp = timestamp >= 0 ? timestamp : nil
        request.skipsSchema = skipSchemaValidation
        request.output = output
        if push { request.labels = PushCommand.labels }
        let builder = try await session.builder(project, request)
        _ = try await builder.buildFull()
        console.success("Image built as \(console.bold(name))" + (output.map { ", written to \($0)" } ?? ""))
        if push { try await PushCommand.publish(name, builder.engine, console) }
    }
}

import ArgumentParser
import CogKit

/// `cog build`
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Build an image from cog.yaml.")

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A name for the image: NAME or NAME:TAG.", valueName: "name"))
    var tag: String?

    @OptionGroup var project: ProjectOptions
    @OptionGroup var full: FullBuildOptions
    @OptionGroup var global: GlobalOptions

    @Option(parsing: .unconditional, help: .hidden)
    var timestamp = -1

    @Flag(help: .hidden)
    var skipSchemaValidation = false

    func run() async throws {
        let session = Session(global)
        let console = session.console
        let project = try session.loadProject(self.project.file)
        let name = tag ?? project.config.image ?? project.config.model ?? project.derivedImageName
        var request = self.project.request(name, session)
        try full.apply(to: &request, project, session)
        request.timestamp = timestamp >= 0 ? timestamp : nil
        request.skipsSchema = skipSchemaValidation
        let builder = try await session.builder(project, request)
        console.info("Building Docker image from environment in \(project.configName) as \(console.bold(name))...")
        console.info("")
        _ = try await builder.buildFull()
        console.info("")
        console.success("Image built as \(console.bold(name))")
    }
}

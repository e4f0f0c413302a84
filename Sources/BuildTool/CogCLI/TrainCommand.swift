import ArgumentParser
import ModelSchema
import PredictionClient
import Terminal

/// `cog train`
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Run a training with the project or an image.", shouldDisplay: false)

    @Argument(help: "An image to run instead of the project's.")
    var image: String?

    @Option(
        name: .shortAndLong, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Inputs; @path reads a file. Repeatable.", valueName: "name=value"))
    var input: [String] = []

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("Where the output is written.", valueName: "path"), completion: .file())
    var output = "weights"

    @OptionGroup var container: ContainerArguments
    @OptionGroup var project: ProjectOptions
    @OptionGroup var secrets: SecretOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let session = Session(global, terse: true)
        session.console.warn("\"cog train\" is deprecated and will be removed in a future version")
        var request = PredictionInvocation()
        request.inputs = input
        request.output = output
        request.kind = .trainings
        try await OneShotPrediction(
            session: session, request: request, container: container, project: project, secrets: secrets, image: image,
            setupTimeout: .seconds(300), isLocal: false
        ).run()
    }
}

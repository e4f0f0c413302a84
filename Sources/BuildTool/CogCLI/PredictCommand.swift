import ArgumentParser
import Foundation
import Glibc
import PredictionClient
import ToolBasics

/// Options of `predict` and `run`.
struct PredictionOptions: ParsableArguments {
    @Argument(help: "An image to run instead of the project's.")
    var image: String?

    @Option(
        name: .shortAndLong, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Inputs; @path reads a file. Repeatable.", valueName: "name=value"))
    var input: [String] = []

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("Where the output is written.", valueName: "path"), completion: .file())
    var output = ""

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("All inputs as a JSON object, @file, or - for standard input; prints the answer as JSON."))
    var json: String?

    @Flag(help: "Put REPLICATE_API_TOKEN into the context of the prediction.")
    var useReplicateToken = false

    @Option(help: ArgumentHelp("How long setup() may take.", valueName: "seconds"))
    var setupTimeout: UInt = 300

    @Flag(help: "Show the output of streaming models as it arrives, even if standard output isn't a terminal.")
    var stream = false

    @Flag(help: "Run in the project's own virtual environment instead of a container.")
    var local = false

    @OptionGroup var container: ContainerArguments
    @OptionGroup var project: ProjectOptions
    @OptionGroup var secrets: SecretOptions
    @OptionGroup var global: GlobalOptions

    /// Checks which options go together. The failure is printed without the usage, because each option is right.
    func check() throws(UsageFailure) {
        if json != nil, !input.isEmpty {
            throw .jsonAndInputs
        }
        if local, image != nil { throw .localImage }
        if let image, image.contains("=") {
            throw .inputAsImage(image)
        }
    }
}

/// `cog predict`
struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Run one prediction with the project or an image.")

    @OptionGroup var options: PredictionOptions

    func run() async throws {
        try options.check()
        let session = Session(options.global, terse: true)
        var request = PredictionInvocation()
        request.inputs = options.input
        request.json = try options.json.map(InputParser.readJSON)
        request.output = options.output
        request.showsStream = options.stream || isatty(STDOUT_FILENO) == 1
        if options.useReplicateToken {
            guard let token = session.environment[.replicateToken], !token.isEmpty else {
                throw UsageFailure.noReplicateToken
            }
            request.replicateToken = token
        }
        try await OneShotPrediction(
            session: session, request: request, container: options.container, project: options.project,
            secrets: options.secrets, image: options.image, setupTimeout: .setup(seconds: options.setupTimeout),
            isLocal: options.local
        ).run()
    }
}

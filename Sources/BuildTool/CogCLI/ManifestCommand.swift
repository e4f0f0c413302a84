import ArgumentParser
import ImagePlans
import Manifests
import ModelConfig
import Projects
import Terminal

/// `cog manifest PLATFORM [IMAGE]`
struct ManifestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest", abstract: "Print a manifest that runs the model's image on a platform.",
        discussion: """
            The manifest has the probes, the time to shut down, the GPUs, and the concurrency that suit the project:
            'cog manifest kubernetes registry.example.com/me/model | kubectl apply -f -'.
            """)

    @Argument(
        help: "kubernetes, knative, kserve, or compose.", completion: .list(ManifestPlatform.allCases.map(\.rawValue)))
    var platform: String

    @Argument(help: "The image to run instead of the one that cog.yaml names.")
    var image: String?

    @Option(
        help: ArgumentHelp("What the model is called on the platform (default: the image's name).", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("How many GPUs the model gets (default: 1 with build.gpu).", valueName: "count"))
    var gpus: Int?

    @Option(help: ArgumentHelp("How many processors the model asks for: 2 or 500m.", valueName: "amount"))
    var cpu: String?

    @Option(help: ArgumentHelp("How much memory the model asks for and may use at most: 8Gi.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("How long setup() may take.", valueName: "seconds"))
    var setupTimeout: UInt = 600

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The name of the config file.", valueName: "name"),
        completion: .configFiles)
    var file = "cog.yaml"

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard ManifestPlatform(rawValue: platform) != nil else {
            throw ValidationError(
                "no manifest for \"\(platform)\": use \(ManifestPlatform.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }

    func run() async throws {
        guard let platform = ManifestPlatform(rawValue: platform) else { return }
        let session = Session(global, terse: true)
        let project = try session.loadProject(file)
        let source = try await SourceReader(session.planner(project)).read(signatures: true)
        let image = image ?? project.config.image ?? project.config.model ?? project.derivedImageName
        var deployment = try ModelDeployment(
            project.config, image: image, name: name, slots: source.slots, gpus: gpus, cpu: cpu, memory: memory)
        deployment.setupSeconds = Int(Duration.setup(seconds: setupTimeout).components.seconds)
        let text = try Manifest.text(platform, deployment)
        deployment.remarks(for: platform).forEach(session.console.warn)
        Console.result(text)
    }
}

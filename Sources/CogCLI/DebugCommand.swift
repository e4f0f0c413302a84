import ArgumentParser
import CogKit

/// `cog debug`: prints the Dockerfile; needs no engine.
struct DebugCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug", abstract: "Print the Dockerfile made from cog.yaml.", shouldDisplay: false)

    @Option(help: ArgumentHelp("The image's name, for the weights stage.", valueName: "name"))
    var imageName: String?

    @OptionGroup var project: ProjectOptions
    @OptionGroup var global: GlobalOptions

    @Flag(help: "Put large files of the project into an image of their own.")
    var separateWeights = false

    @Option(parsing: .unconditional, help: .hidden)
    var timestamp = -1

    func run() throws {
        let session = Session(global)
        let project = try session.loadProject(self.project.file)
        var request = self.project.request(imageName ?? project.derivedImageName, session)
        request.separatesWeights = separateWeights
        request.describesModel = false
        let plan = try session.planner(project).plan(request)
        session.tell(plan)
        guard separateWeights else { return Console.result(Dockerfile.text(plan)) }
        Console.result("=== Weights Dockerfile contents:\n\(Dockerfile.weightsText(plan.separateWeights))===\n")
        Console.result("=== Runner Dockerfile contents:\n\(Dockerfile.text(plan))===\n")
        let patterns = plan.separateWeights.flatMap { [$0, $0 + "/**/*"] }.map { $0 + "\n" }.joined()
        Console.result("=== Weights exclude patterns:\n\(patterns)===\n")
    }
}

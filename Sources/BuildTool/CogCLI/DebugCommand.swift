import ArgumentParser
import ImagePlans
import Projects
import Terminal

/// `cog debug`: prints the Dockerfile; needs no engine.
struct DebugCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug", abstract: "Print the Dockerfile made from cog.yaml.", shouldDisplay: false)

    @Option(help: ArgumentHelp("The image's name, for the weights stage.", valueName: "name"))
    var imageName: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Also write the Dockerfile and the files it needs to this directory, which must not exist.",
            valueName: "path"), completion: .directory)
    var output: String?

    @OptionGroup var project: ProjectOptions
    @OptionGroup var global: GlobalOptions

    @Flag(help: "Put large files of the project into a separate image.")
    var separateWeights = false

    @Option(parsing: .unconditional, help: .hidden)
    var timestamp = -1

    func validate() throws {
        if output?.isEmpty == true { throw ValidationError("--output must not be empty") }
    }

    func run() throws {
        let session = Session(global)
        let project = try session.loadProject(self.project.file)
        var request = self.project.request(imageName ?? project.derivedImageName, session)
        request.separatesWeights = separateWeights
        request.describesModel = false
        let planner = session.planner(project)
        let plan = try planner.plan(request)
        session.tell(plan)
        if let output {
            try planner.export(plan, to: output)
            session.console.info("Build it with: \(BuildPlanner.exportedBuild(plan, output, project.directory))")
        }
        guard separateWeights else { return Console.result(Dockerfile.text(plan)) }
        Console.result("=== Weights Dockerfile contents:\n\(Dockerfile.weightsText(plan.separateWeights.paths))===\n")
        Console.result("=== Runner Dockerfile contents:\n\(Dockerfile.text(plan))===\n")
        let patterns = plan.separateWeights.ignorePatterns.map { $0 + "\n" }.joined()
        Console.result("=== Weights exclude patterns:\n\(patterns)===\n")
    }
}

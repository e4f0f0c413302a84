import ContainerEngine
import Foundation
import Glibc
import ImageBuilds
import ImagePlans
import ModelConfig
import ModelSchema
import Projects
import Terminal
import ToolBasics

/// What a command needs to know about the process it runs in.
struct Session {
    let console: Console
    let environment: [String: String]
    /// The registry host for base images, login and model references.
    let registry: String
    /// Whether `--debug` was given.
    let isDebug: Bool

    /// - Parameter terse: whether a pipe gets no notes, because the command is called again and again.
    init(_ options: GlobalOptions, terse: Bool = false) {
        self.init(options.console, registry: options.registry, terse: terse)
    }

    init(_ options: ConsoleOptions, registry: String?, terse: Bool = false) {
        var environment = ProcessInfo.processInfo.environment
        if options.noColor {
            // Tools that are called obey too.
            setenv("NO_COLOR", "1", 1)
            environment[.noColor] = "1"
        }
        self.environment = environment
        console = Console(
            environment: environment, noColor: options.noColor, debug: options.debug, terse: terse)
        let host = environment[.registryHost] ?? ""
        self.registry = registry.flatMap { $0.isEmpty ? nil : $0 } ?? (host.isEmpty ? "r8.im" : host)
        isDebug = options.debug
    }

    /// The absolute path of this program.
    static let executable: String =
        // Without /proc, the first argument is the best guess.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    /// Loads the project and prints notes about its configuration.
    func loadProject(_ file: String) throws -> Project {
        let project = try Project.load(file, from: FileManager.default.currentDirectoryPath)
        console.debug("project: \(project.directory), configuration: \(project.configName)")
        ConfigSchema.refresh(for: project)
        console.tell(project.notes)
        return project
    }

    func connect() async throws -> Engine { try await Engine.connect(environment) }

    func planner(_ project: Project) -> BuildPlanner {
        BuildPlanner(project: project, environment: environment, executable: Self.executable)
    }

    /// Reads the model's source, so that its mistakes are reported before anything is built.
    private func readSource(_ project: Project, _ request: BuildRequest) async throws -> SourceFacts {
        // The user's own Dockerfile may put the model's files into the image.
        guard request.dockerfile == nil else { return SourceFacts() }
        let given = try ModelDocument.given(request.schemaFile, environment)
        let signatures = given == nil && !request.skipsSchema
        var facts = try await SourceReader(planner(project)).read(signatures: signatures)
        facts.document = given ?? facts.document
        facts.warnings.forEach(console.warn)
        if let document = facts.document { try project.checkExamples(document) }
        return facts
    }

    /// Plans a build and prints notes about it, then connects to the engine: what is wrong with a project is
    /// reported even if no engine answers.
    ///
    /// - Parameters:
    ///   - known: the model's document, where its source need not be read any more.
    ///   - check: looks at the document, where it is known before the model is run.
    func builder(
        _ project: Project, _ request: BuildRequest, known: ModelDocument? = nil,
        check: (ModelDocument) throws -> Void = { _ in }
    ) async throws -> ImageBuilder {
        let planner = planner(project)
        let plan = try planner.plan(request)
        tell(plan)
        var request = request
        if request.describesModel {
            var document = known
            if document == nil {
                let facts = try await readSource(project, request)
                document = facts.document
                request.toldWarnings = facts.warnings
            }
            if let document { try check(document) }
        }
        return ImageBuilder(
            project: project, engine: try await connect(), console: console, planner: planner, plan: plan,
            request: request)
    }

    /// Prints notes about a plan, and with `--debug` what was chosen.
    func tell(_ plan: BuildPlan) {
        console.debug("base image: \(plan.base.reference)")
        console.debug("SDK: \(plan.sources.sdk.place("cog"))")
        console.debug("server: \(plan.sources.server?.place("coglet") ?? "the one that the SDK depends on")")
        console.tell(plan.notes)
    }

    /// Variables that servers get besides those of the user: their own lines are for people, and what the model writes
    /// stays as it is.
    func serverEnvironment(_ user: [String], isPrediction: Bool) -> [String] {
        // Python takes compiled code for current that was written in the same second as an edit of the same length. In a
        // project that is mounted it would also belong to the container's user.
        var list = ["PYTHONDONTWRITEBYTECODE=1"] + containerEnvironment(user)
        list.append("COG_MODEL_OUTPUT=raw")
        if !console.usesColor { list.append("NO_COLOR=1") }
        if isPrediction { list.append("COG_LOG_LEVEL=\(isDebug ? "debug" : "warning")") }
        return list
    }

    /// Variables that all containers get besides those of the user.
    func containerEnvironment(_ user: [String]) -> [String] {
        let level = environment[.logLevel].flatMap { $0.isEmpty ? nil : "RUST_LOG=\($0)" }
        return user + [level, "LOG_FORMAT=console"].compactMap(\.self)
    }

    /// A container name that nothing else has.
    static func containerName(_ command: String) -> String {
        "cog-\(command)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }
}

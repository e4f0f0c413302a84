import CogKit
import Foundation
import Glibc

/// What a command needs to know about the process it runs in.
struct Session {
    let console: Console
    let environment: [String: String]
    /// The registry host for base images, login and model references.
    let registry: String
    /// Whether `--debug` was given.
    let isDebug: Bool

    init(_ options: GlobalOptions) {
        var environment = ProcessInfo.processInfo.environment
        if options.noColor {
            // Tools that are called obey too.
            setenv("NO_COLOR", "1", 1)
            environment["NO_COLOR"] = "1"
        }
        self.environment = environment
        console = Console(environment: environment, noColor: options.noColor, debug: options.debug)
        let host = environment["COG_REGISTRY_HOST"] ?? ""
        registry = options.registry ?? (host.isEmpty ? "r8.im" : host)
        isDebug = options.debug
    }

    /// The absolute path of this program.
    static let executable: String =
        // Where /proc is missing the first argument is as good as it gets.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    /// Loads the project and tells what is unusual about its configuration.
    func loadProject(_ file: String) throws -> Project {
        let project = try Project.load(file, from: FileManager.default.currentDirectoryPath)
        console.debug("project: \(project.directory), configuration: \(project.configName)")
        console.tell(project.notes)
        return project
    }

    func connect() async throws -> Engine { try await Engine.connect(environment) }

    func planner(_ project: Project) -> BuildPlanner {
        BuildPlanner(project: project, environment: environment, executable: Self.executable)
    }

    /// Plans a build and tells what is unusual about it, then connects to the engine: what is wrong with a project is
    /// told even where no engine answers.
    func builder(_ project: Project, _ request: BuildRequest) async throws -> ImageBuilder {
        let planner = planner(project)
        let plan = try planner.plan(request)
        tell(plan)
        return ImageBuilder(
            project: project, engine: try await connect(), console: console, planner: planner, plan: plan,
            request: request)
    }

    /// Tells what is unusual about a plan, and with `--debug` what was chosen.
    func tell(_ plan: BuildPlan) {
        console.debug("base image: \(plan.base.reference)")
        console.debug("SDK: \(plan.sources.sdk.place("cog"))")
        console.debug("server: \(plan.sources.server?.place("coglet") ?? "the one that the SDK depends on")")
        console.tell(plan.notes)
    }

    /// The progress mode for builds when none is given.
    func progress(_ option: String?) -> String {
        if let option { return option }
        if let mode = environment["BUILDKIT_PROGRESS"], !mode.isEmpty { return mode }
        return environment["TERM"] == "dumb" ? "plain" : "auto"
    }

    /// Variables that containers get besides those of the user.
    func containerEnvironment(_ user: [String], isPrediction: Bool) -> [String] {
        var list = user
        if let level = environment["RUST_LOG"], !level.isEmpty { list.append("RUST_LOG=\(level)") }
        list.append("LOG_FORMAT=console")
        if isPrediction { list.append("COG_LOG_LEVEL=\(isDebug ? "debug" : "warning")") }
        return list
    }

    /// A container name that nothing else has.
    static func containerName(_ command: String) -> String {
        "cog-\(command)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }
}

package import ChildProcesses
import ContainerEngine
import Foundation
import ImageBuilds
package import ImagePlans
import ModelConfig
package import ModelSchema
package import Projects
package import Terminal
import ToolBasics

/// The project's own virtual environment, in which a model runs without any container.
package struct LocalEnvironment: Sendable {
    private let project: Project
    private let sources: PackageSources
    private let packages: ResolvedPackages
    private let planner: BuildPlanner
    private let console: Console

    private var directory: String { project.stateDirectory + "/venv" }
    /// The interpreter of the environment.
    package var python: String { directory + "/bin/python" }

    package init(project: Project, planner: BuildPlanner, console: Console) throws {
        self.project = project
        self.planner = planner
        self.console = console
        sources = try PackageSources.find(
            config: project.config, environment: planner.environment, directories: planner.wheelDirectories,
            working: FileManager.default.currentDirectoryPath)
        var onCPU = project.config
        onCPU.build.gpu = false
        packages = try ResolvedPackages(
            config: project.config.build.gpu && planner.environment[.localGPU] != nil ? project.config : onCPU,
            requirements: project.requirements, sdkName: sources.sdk.text("cog"), place: project.message(_:about:))
    }

    /// Makes the environment, or brings it up to date; says so only when there is something to do.
    package func prepare() async throws {
        let lock = try await ProjectLock.take(project.stateDirectory)
        defer { lock.release() }
        let stamp = directory + "/cog-environment.txt"
        let wanted = contents
        // Where the file can't be read there is no environment yet, or none that was finished.
        if let made = try? String(contentsOfFile: stamp, encoding: .utf8), made == wanted { return }
        console.tell(sources.notes + packages.warnings.map { .warning($0) })
        try await console.activity("Preparing the Python environment in .cog/venv...") { activity in
            // A uv that can't be started counts as missing.
            let hasUV = (try? await Tool("uv").answer(["--version"]))?.succeeded ?? false
            if !FileManager.default.isExecutableFile(atPath: python) { try await make(hasUV: hasUV) }
            try await install(activity)
        }
        do {
            try wanted.write(toFile: stamp, atomically: true, encoding: .utf8)
        } catch {
            throw FileFailure.cannotWrite(stamp, error)
        }
    }

    /// What decides whether the environment is up to date: packages, and wheels by path and time.
    private var contents: String {
        let wheels = [("cog", sources.sdk), ("coglet", sources.server)].compactMap { name, source -> String? in
            guard case .file(let path)? = source else { return source?.text(name) }
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(path) \(time)"
        }
        let python = "python \(project.config.build.pythonVersion ?? "")"
        return ([python] + wheels + packages.lines + packages.artifacts).map { $0 + "\n" }.joined()
    }

    /// Makes the environment with uv, which can get any Python, or with a Python of this machine.
    private func make(hasUV: Bool) async throws {
        let version = project.config.build.pythonVersion ?? "3.13"
        var failure: UVFailure?
        if hasUV {
            let answer = try await downloader("uv").answer([
                "venv", "--quiet", "--seed", "--python", version, directory,
            ])
            if answer.succeeded { return }
            failure = UVFailure(version: version, said: answer.text)
        }
        let minor = Version(version)?.minorText ?? version
        for name in ["python\(minor)", "python3"] {
            guard
                let answer = try? await Tool(name).answer(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]),
                answer.succeeded
            else { continue }
            let found = answer.output.trimmingSpaces
            if found != minor {
                if let failure { console.warn(failure.report) }
                console.warn("local Python is \(found) but cog.yaml specifies \(version)")
            }
            let made = try await Tool(name).answer(["-m", "venv", "--clear", directory])
            guard made.succeeded else { throw EnvironmentFailure.notMade(name, said: made.text) }
            return
        }
        throw EnvironmentFailure.noPython(minor, uv: failure)
    }

    /// A program that downloads packages. Without a network it gives up within seconds, unless the user says how often it
    /// tries.
    private func downloader(_ name: String) -> Tool {
        let settings = ["PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "2", "UV_HTTP_RETRIES": "1"]
        return Tool(name, environment: settings.filter { planner.environment[$0.key] == nil })
    }

    private func install(_ activity: Activity) async throws {
        var arguments: [String] = []
        let requirements = project.stateDirectory + "/local-requirements.txt"
        var artifacts: [String] = []
        for artifact in packages.artifacts { artifacts.append(try planner.artifactPath(artifact)) }
        do {
            try (packages.lines + artifacts).map { $0 + "\n" }.joined()
                .write(toFile: requirements, atomically: true, encoding: .utf8)
        } catch {
            throw FileFailure.cannotWrite(requirements, error)
        }
        defer { try? FileManager.default.removeItem(atPath: requirements) }
        for (name, source) in [("coglet", sources.server), ("cog", sources.sdk)] {
            guard let source else { continue }
            if case .file(let path) = source { arguments.append(path) } else { arguments.append(source.text(name)) }
        }
        let tool = downloader(python)
        let log = InstallLog(activity, "Python packages")
        let (status, text) = try await tool.watch(
            ["-m", "pip", "install", "--requirement", requirements], sink: { log.feed($0) })
        guard status == 0 else {
            console.raw(text)
            throw EnvironmentFailure.packages(said: text)
        }
        let pip = ["-m", "pip", "install", "--quiet"]
        // The second time without dependencies: wheels of one version replace each other while they are developed.
        for force in [[], ["--force-reinstall", "--no-deps"]] {
            let (status, text) = try await tool.watch(pip + force + arguments)
            guard status == 0 else { throw EnvironmentFailure.sdk(said: text) }
        }
    }

    // MARK: - Running

    /// The interpreter as the model's program: in the project, with the variables that an image would have.
    package func tool(_ extra: [String]) -> Tool {
        var environment: [String: String?] = [
            "VIRTUAL_ENV": directory, "PYTHONUNBUFFERED": "1",
            // Python takes compiled code for current that was written in the same second as an edit of the same length.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": directory + "/bin:" + (planner.environment[.path] ?? "/usr/bin:/bin"),
        ]
        if let predict = project.config.predict { environment["COG_PREDICT_TYPE_STUB"] = predict }
        if let train = project.config.train { environment["COG_TRAIN_TYPE_STUB"] = train }
        for variable in project.config.serverVariables { environment[variable.name] = variable.value }
        for entry in project.config.environment + extra {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            environment[parts[0]] = .some(parts.count == 2 ? parts[1] : nil)
        }
        return Tool(python, environment: environment, directory: project.directory)
    }

    /// The model's document, made by the SDK and kept where the server reads it.
    package func describe() async throws -> ModelDocument {
        let given = try ModelDocument.given(nil, planner.environment)
        let document = if let given { given } else { try await ownDocument() }
        do {
            try document.text.write(
                toFile: project.stateDirectory + "/openapi_schema.json", atomically: true, encoding: .utf8)
        } catch {
            throw FileFailure.cannotWrite(project.stateDirectory + "/openapi_schema.json", error)
        }
        if given == nil { SourceFingerprint(project).store() }
        return document
    }

    private func ownDocument() async throws -> ModelDocument {
        guard project.config.predict != nil || project.config.train != nil else {
            throw EnvironmentFailure.noEntry(project.configName)
        }
        let variables = project.config.exampleVariables.map { "\($0.name)=\($0.value)" }
        let answer = try await tool(variables).answer(["-m", "cog.command.openapi_schema"])
        guard answer.succeeded else { throw EnvironmentFailure.noDescription(said: answer.error) }
        let warnings = answer.error.trimmingSpaces
        if !warnings.isEmpty { console.plain(warnings) }
        let document = try ModelDocument(answer.output.trimmingSpaces)
        try project.checkExamples(document)
        return document
    }
}

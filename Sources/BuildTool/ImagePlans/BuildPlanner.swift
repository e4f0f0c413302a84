import Foundation
package import ModelConfig
import ModelSchema
package import Projects
import ToolBasics

/// Makes the build plan of a project: chooses base image, packages and wheels.
package struct BuildPlanner {
    package let project: Project
    package let environment: [String: String]
    /// Where this program's wheels may be.
    package let wheelDirectories: [String]
    /// The init program for images, or nil.
    package let initProgram: String?

    /// - Parameter executable: the absolute path of this program; its wheels are looked for near it.
    package init(project: Project, environment: [String: String], executable: String) {
        self.project = project
        self.environment = environment
        wheelDirectories = Self.directories(near: executable)
        initProgram = Self.initProgram(near: executable, environment)
    }

    /// The plan, with everything that can be wrong found before the engine is asked for anything.
    package func plan(_ request: BuildRequest) throws -> BuildPlan {
        let document = try documentSource(request)
        let sources = try PackageSources.find(
            config: project.config, environment: environment, directories: wheelDirectories,
            working: FileManager.default.currentDirectoryPath)
        let packages = try ResolvedPackages(
            config: project.config, requirements: project.requirements, sdkName: sources.sdk.text("cog"),
            place: project.message(_:about:))
        let base = try BaseImage.choose(
            config: project.config, packages: packages, requirements: project.requirements, useCog: request.usesCogBase,
            useCUDA: request.usesCUDABase, registry: request.registry)
        var plan = BuildPlan(config: project.config, base: base, packages: packages, sources: sources)
        plan.otherConfigName = project.configName == "cog.yaml" ? nil : project.configName
        plan.certificate = try environment[.certificate].flatMapNonEmpty(CACertificate.read)
        plan.notes = sources.notes + packages.warnings.map { .warning($0) }
        plan.document = document
        if let path = request.schemaFile { plan.notes.append(.info("Validating model schema from \(path)...")) }
        plan.timestamp = request.timestamp
        if case .cog = base, let text = project.config.build.pythonVersion, let python = Version(text),
            python.patch != nil
        {
            plan.notes.append(.warning("Stripping patch version from Python version \(text) to \(python.minorText)"))
        }
        if plan.certificate != nil { plan.notes.append(.info("Injecting CA certificate from COG_CA_CERT")) }
        plan.hasInit = initProgram != nil
        plan.strip = request.strip
        plan.precompile = request.precompile
        if request.separatesWeights {
            plan.separateWeights = SeparateWeights.find(in: project.directory)
            plan.weightsImage = Self.weightsImage(request.tag)
        }
        if !request.mountsProject, request.dockerfile == nil, let limit = project.config.build.largeFilesBytes {
            plan.largeFiles = LargeFiles.find(
                in: project.directory, aboveBytes: limit,
                ignored: try project.ignoreText() + plan.separateWeights.ignorePatterns.joined(separator: "\n"))
        }
        if let image = environment[.uvImage], !image.isEmpty { plan.uvImage = image }
        try plan.validate()
        for artifact in packages.artifacts { _ = try artifactPath(artifact) }
        return plan
    }

    /// A ready document, else the model that the configuration names.
    private func documentSource(_ request: BuildRequest) throws -> DocumentSource {
        if request.skipsSchema { return .none }
        if let document = try ModelDocument.given(request.schemaFile, environment) { return .given(document) }
        if project.config.predict != nil || project.config.train != nil { return .model }
        guard request.describesModel else { return .none }
        try project.checkNames(.predictions)
        return .model
    }

    /// The absolute path of a local wheel or archive, which must be a regular file inside the project.
    package func artifactPath(_ artifact: String) throws(ConfigFailure) -> String {
        var base = project.directory
        if let requirements = project.config.build.pythonRequirements, !requirements.hasPrefix("/") {
            base = URL(fileURLWithPath: project.directory + "/" + requirements).deletingLastPathComponent().path
        }
        let path = artifact.hasPrefix("/") ? artifact : base + "/" + artifact
        let resolved = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        var isDirectory: ObjCBool = false
        func refused(_ failure: PlanFailure) -> ConfigFailure {
            .problems([project.message(failure.description, about: .line(artifact))])
        }
        guard resolved.hasPrefix(project.directory + "/") else {
            throw refused(.artifactOutside(artifact))
        }
        guard FileManager.default.fileExists(atPath: resolved, isDirectory: &isDirectory) else {
            throw refused(.artifactMissing(artifact, path: resolved))
        }
        guard !isDirectory.boolValue else {
            throw refused(.artifactNotAFile(artifact))
        }
        return resolved
    }

    /// Writes the Dockerfile of a plan and everything it needs besides the project, for builds without this program.
    package func export(_ plan: BuildPlan, to directory: String) throws {
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw PlanFailure.directoryExists(directory)
        }
        let files = BuildFiles(directory: directory, project: project, planner: self, plan: plan)
        try files.write(dockerfile: Dockerfile.text(plan))
    }

    /// The command that builds what was exported.
    package static func exportedBuild(_ plan: BuildPlan, _ directory: String, _ project: String) -> String {
        let files = plan.stagesFiles ? " --build-context \(plan.filesImage)=\((directory + "/files").shellQuoted)" : ""
        return "docker buildx build --file \((directory + "/Dockerfile").shellQuoted)\(files) \(project.shellQuoted)"
    }

    static func weightsImage(_ tag: String) -> String {
        guard let reference = try? ImageReference(tag) else { return tag + "-weights" }
        return reference.repository + "-weights"
    }

    /// `share/cog` beside the `bin` of an unpacked distribution, `dist` of a checkout, and `dist` of the current
    /// directory.
    package static func directories(near executable: String) -> [String] {
        var directory = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        var found = [directory.deletingLastPathComponent().path + "/share/cog"]
        for _ in 0..<4 {
            found.append(directory.path + "/dist")
            directory = directory.deletingLastPathComponent()
        }
        return found + ["dist"]
    }

    private static func initProgram(near executable: String, _ environment: [String: String]) -> String? {
        let own = directories(near: executable)[0] + "/tini"
        return [environment[.initProgram] ?? "", own, "/usr/bin/tini-static"].first {
            !$0.isEmpty && FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}

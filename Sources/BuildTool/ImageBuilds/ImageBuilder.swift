package import ContainerEngine
import Foundation
import Glibc
package import ImagePlans
package import ModelSchema
package import Projects
package import Terminal
import ToolBasics

/// Builds the images of a project.
///
/// One Dockerfile serves everything. It is built first up to the stage that describes the model, whose files come
/// back to this machine, then up to the image itself, for which every layer is in the cache already.
package struct ImageBuilder: Sendable {
    let project: Project
    /// The engine that holds the images.
    package let engine: Engine
    let console: Console
    let planner: BuildPlanner
    private let plan: BuildPlan
    private let request: BuildRequest
    private let directory: String

    /// - Parameters:
    ///   - planner: what made `plan`.
    ///   - plan: the plan for `request`.
    package init(
        project: Project, engine: Engine, console: Console, planner: BuildPlanner, plan: BuildPlan,
        request: BuildRequest
    ) {
        self.project = project
        self.engine = engine
        self.console = console
        self.planner = planner
        self.plan = plan
        self.request = request
        directory = project.stateDirectory + "/build"
    }

    /// What comes out of a build.
    package struct Result: Sendable {
        /// Nil where no document was asked for.
        package let document: ModelDocument?
    }

    /// Builds the image with project, document and labels.
    package func buildFull() async throws -> Result {
        try await staged(" as \(request.tag)", mountsProject: false) { builder in
            let description = try await builder.describe()
            let source = await SourceControl.labels(of: project.directory, planner.environment)
            var labels = ImageLabels.all(builder.plan, description.document, pipFreeze: description.pipFreeze)
            if case .cog(let name, _) = builder.plan.base {
                labels.merge(ImageLabels.base(layers: try await engine.layers(of: name))) { $1 }
            }
            do {
                try await builder.finish(
                    .image, description, labels: labels.merging(source) { $1 }.merging(request.labels) { $1 })
            } catch let failure as EngineFailure {
                throw BuildFailure.noLabels(failure)
            }
            if let timestamp = request.timestamp {
                let stamps = LayerTimestamps(engine: engine, directory: directory)
                let base = builder.isCustom ? nil : builder.plan.base.reference
                try await stamps.rewrite(request.tag, base: base, to: timestamp)
            }
            return Result(document: description.document)
        }
    }

    /// Builds the image without the project, which is mounted when it runs.
    ///
    /// - Parameter known: the model's document, where it is known to be still right.
    package func buildLight(known: ModelDocument? = nil) async throws -> Result {
        try await staged("", mountsProject: true) { builder in
            if builder.isCustom {
                let description = request.describesModel ? try await builder.describe() : nil
                try await builder.finish(.environment, description)
                return Result(document: description?.document)
            }
            try await builder.finishEnvironment()
            if known != nil || !request.describesModel { return Result(document: known) }
            return Result(document: try await builder.describeMounted().document)
        }
    }

    // MARK: - Steps

    private func staged(
        _ name: String, mountsProject: Bool, _ body: (StagedBuild) async throws -> Result
    ) async throws -> Result {
        try await console.activity(
            "Building Docker image from environment in \(project.configName)\(name)...",
            isLive: request.progress == .auto, isShown: request.progress != .quiet
        ) { activity in
            try await build(activity, mountsProject: mountsProject, body)
        }
    }

    private func build(
        _ activity: Activity, mountsProject: Bool, _ body: (StagedBuild) async throws -> Result
    ) async throws -> Result {
        let lock = try await ProjectLock.take(project.stateDirectory)
        defer { lock.release() }
        var plan = plan
        plan.linksCopies = engine.linksCopies
        plan.filesImage = "cog-build-files:\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let dockerfile = try dockerfileText(plan)
        let files = BuildFiles(directory: directory, project: project, planner: planner, plan: plan)
        defer { files.remove() }
        do {
            if !plan.separateWeights.isEmpty { try await buildWeights(files, activity) }
            try files.write(dockerfile: dockerfile)
            let isCustom = request.dockerfile != nil
            if plan.stagesFiles, !isCustom { try await files.importArchive(as: plan.filesImage, engine) }
            let result = try await body(
                StagedBuild(
                    engine: engine, console: console, project: project, request: request, activity: activity,
                    plan: plan,
                    files: files,
                    dockerfile: dockerfile, isCustom: isCustom, mountsProject: mountsProject))
            await engine.removeImage(plan.filesImage)
            return result
        } catch {
            await engine.removeImage(plan.filesImage)
            throw error
        }
    }

    private func dockerfileText(_ plan: BuildPlan) throws(BuildFailure) -> String {
        guard let path = request.dockerfile else { return Dockerfile.text(plan) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .unreadableDockerfile(path)
        }
        return text
    }

    private func buildWeights(_ files: BuildFiles, _ activity: Activity) async throws {
        let manifest = WeightsManifest(project: project, weights: plan.separateWeights)
        if manifest.isUnchanged, try await engine.labels(of: plan.weightsImage) != nil {
            return console.note("Weights unchanged, skip rebuilding and use cached image...")
        }
        try files.write(dockerfile: Dockerfile.weightsText(plan.separateWeights.paths), hidesWeights: false)
        activity.show("Weights image \(plan.weightsImage)")
        let arguments = ["--platform", "linux/amd64", "--file", directory + "/Dockerfile", "--tag", plan.weightsImage]
        try await engine.replacing(plan.weightsImage) {
            try await engine.build(
                arguments + [project.directory], progress: request.progress, activity: activity,
                purpose: Dockerfile.purpose(of:), console: console)
        }
        try manifest.store()
    }
}

import Foundation
import Glibc

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
    package func buildFull() async throws(CogError) -> Result {
        try await build(mountsProject: false) { builder throws(CogError) in
            let description = try await builder.describe()
            console.info("Adding labels to image...")
            console.info("")
            let source = await SourceControl.labels(of: project.directory, planner.environment)
            let labels = ImageLabels.all(builder.plan, description.document, pipFreeze: description.pipFreeze)
            do throws(CogError) {
                try await builder.finish(
                    .image, description, labels: labels.merging(source) { $1 }.merging(request.labels) { $1 })
            } catch .build(let reason) {
                throw .build("Failed to add labels to image: \(reason)")
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
    package func buildLight() async throws(CogError) -> Result {
        try await build(mountsProject: true) { builder throws(CogError) in
            let description = request.describesModel ? try await builder.describe() : nil
            try await builder.finish(request.describesModel ? .light : .environment, description)
            return Result(document: description?.document)
        }
    }

    // MARK: - Steps

    private func build(
        mountsProject: Bool, _ body: (StagedBuild) async throws(CogError) -> Result
    ) async throws(CogError) -> Result {
        let lock = try await ProjectLock.take(project.stateDirectory)
        defer { lock.release() }
        var plan = plan
        plan.linksCopies = engine.linksCopies
        plan.filesImage = "cog-build-files:\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let dockerfile = try dockerfileText(plan)
        let files = BuildFiles(directory: directory, project: project, planner: planner, plan: plan)
        defer { files.remove() }
        do {
            if !plan.separateWeights.isEmpty { try await buildWeights(files) }
            try files.write(dockerfile: dockerfile)
            let isCustom = request.dockerfile != nil
            if plan.stagesFiles, !isCustom { try await files.importArchive(as: plan.filesImage, engine) }
            let result = try await body(
                StagedBuild(
                    engine: engine, console: console, project: project, request: request, plan: plan, files: files,
                    dockerfile: dockerfile, isCustom: isCustom, mountsProject: mountsProject))
            await engine.removeImage(plan.filesImage)
            return result
        } catch {
            await engine.removeImage(plan.filesImage)
            throw error
        }
    }

    private func dockerfileText(_ plan: BuildPlan) throws(CogError) -> String {
        guard let path = request.dockerfile else { return Dockerfile.text(plan) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .build("Failed to generate Dockerfile: \(path) can't be read")
        }
        return text
    }

    private func buildWeights(_ files: BuildFiles) async throws(CogError) {
        let manifest = WeightsManifest(project: project, weights: plan.separateWeights)
        if manifest.isUnchanged, try await engine.labels(of: plan.weightsImage) != nil {
            return console.info("Weights unchanged, skip rebuilding and use cached image...")
        }
        try files.write(dockerfile: Dockerfile.weightsText(plan.separateWeights.paths), hidesWeights: false)
        console.info("Building weights image \(plan.weightsImage)...")
        let arguments = ["--platform", "linux/amd64", "--file", directory + "/Dockerfile", "--tag", plan.weightsImage]
        let status = try await engine.build(arguments + [project.directory], progress: request.progress)
        guard status == 0 else { throw .build("Failed to build Docker image: the weights image failed") }
        try manifest.store()
    }
}

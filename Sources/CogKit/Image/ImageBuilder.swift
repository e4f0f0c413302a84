import Foundation

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
        try await build { builder throws(CogError) in
            let description = try await builder.describe()
            builder.console.info("Adding labels to image...")
            builder.console.info("")
            try await builder.finish(.image, description: description)
            return Result(document: description.document)
        }
    }

    /// Builds the image without the project, which is mounted when it runs.
    package func buildLight() async throws(CogError) -> Result {
        try await build { builder throws(CogError) in
            let description = request.describesModel ? try await builder.describe() : nil
            try await builder.finish(.environment, description: nil)
            return Result(document: description?.document)
        }
    }

    // MARK: - Steps

    private func build(_ body: (StagedBuild) async throws(CogError) -> Result) async throws(CogError) -> Result {
        let lock = try await ProjectLock.take(project.stateDirectory)
        defer { lock.release() }
        var plan = plan
        plan.linksCopies = engine.linksCopies
        let files = BuildFiles(directory: directory, project: project, planner: planner, plan: plan)
        defer { files.remove() }
        plan.filesImage = "cog-build-files:\(getpid())-\(UInt32.random(in: 0 ... .max))"
        if !plan.separateWeights.isEmpty { try await buildWeights(plan) }
        try files.write(dockerfile: try dockerfileText(plan))
        let imported = plan.stagesFiles && request.dockerfile == nil
        if imported { try await files.importArchive(as: plan.filesImage, engine) }
        let build = StagedBuild(
            engine: engine, console: console, project: project, request: request, directory: directory,
            dockerfile: try dockerfileText(plan), config: plan.config, isCustom: request.dockerfile != nil)
        do {
            let result = try await body(build)
            if imported { await engine.removeImage(plan.filesImage) }
            return result
        } catch {
            if imported { await engine.removeImage(plan.filesImage) }
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

    private func buildWeights(_ plan: BuildPlan) async throws(CogError) {
        let files = BuildFiles(directory: directory, project: project, planner: planner, plan: plan)
        try files.write(dockerfile: Dockerfile.weightsText(plan.separateWeights.paths), hidesWeights: false)
        console.info("Building weights image \(plan.weightsImage)...")
        let status = try await engine.build(
            ["--platform", "linux/amd64", "--file", directory + "/Dockerfile", "--tag", plan.weightsImage]
                + ["--progress", request.progress == "quiet" ? "plain" : request.progress, project.directory])
        guard status == 0 else { throw .build("Failed to build Docker image: the weights image failed") }
    }
}

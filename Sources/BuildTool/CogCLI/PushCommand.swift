import ArgumentParser
import ContainerEngine
import Foundation
import ImageBuilds
import ImagePlans
import ModelConfig
import Projects
import Terminal
import ToolBasics

/// `cog push`
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Build the image and push it to a registry.")

    @Argument(help: "The image's name, with its registry.")
    var image: String?

    @OptionGroup var project: ProjectOptions
    @OptionGroup var full: FullBuildOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let session = Session(global)
        let console = session.console
        let project = try session.loadProject(self.project.file)
        let target = try target(project, session)
        var request = self.project.request(target, session)
        try full.apply(to: &request, project, session)
        request.labels = Self.labels
        let builder = try await session.builder(project, request)
        _ = try await builder.buildFull()
        try await Self.publish(target, builder.engine, console)
    }

    /// What tells one push from another.
    static var labels: [String: String] { ["run.cog.push_id": TimeOrderedID.make(now: Date())] }

    /// Pushes an image and says where it is.
    static func publish(_ target: String, _ engine: Engine, _ console: Console) async throws {
        if !console.isTerminal { console.info("Pushing to \(target)...") }
        let reference = try await console.activity("Pushing to \(target)...") { activity in
            try await engine.push(target, activity, console)
        }
        console.plain("  image  \(reference)")
        if let parsed = try? ImageReference(target), parsed.host == "r8.im" {
            console.info("Run your model on Replicate:\n    https://replicate.com/\(parsed.path)")
        }
    }

    private func target(_ project: Project, _ session: Session) throws -> String {
        let model = try ModelReference.resolve(
            config: project.config, environment: session.environment, registry: session.registry, now: Date())
        if let model {
            guard image == nil else {
                throw UsageFailure.imageBesideModel
            }
            guard model.digest == nil else {
                throw UsageFailure.digest(model.text)
            }
            return model.text
        }
        guard let name = image ?? project.config.image else {
            throw UsageFailure.noNameToPush(config: project.configName)
        }
        if image == nil { try project.checkImage() }
        do {
            _ = try ImageReference(name)
        } catch {
            throw UsageFailure.invalidImage(name, error)
        }
        return name
    }
}

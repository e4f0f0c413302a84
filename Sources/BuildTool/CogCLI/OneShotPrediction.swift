import ContainerEngine
import Foundation
import ImageBuilds
import ImagePlans
import JSON
import ModelConfig
import ModelSchema
import ModelServers
import PredictionClient
import Projects
import Terminal
import ToolBasics

/// The steps that `predict`, `run` and `train` share: get an image, start it, send one request, stop it.
struct OneShotPrediction {
    let session: Session
    let request: PredictionInvocation
    let container: ContainerArguments
    let project: ProjectOptions
    let secrets: SecretOptions
    let image: String?
    let setupTimeout: Duration
    let isLocal: Bool

    private var console: Console { session.console }

    func run() async throws {
        try request.checkForm()
        if isLocal { return try await runLocally() }
        let gpus = try ContainerOptions.checkGPUs(container.gpus)
        if let image { return try await runImage(image, gpus) }
        try await runProject(gpus)
    }

    // MARK: - Sources of a server

    private func runProject(_ gpus: String?) async throws {
        let project = try session.loadProject(self.project.file)
        try project.checkNames(request.kind)
        // A model that didn't change since it was last described is asked before anything is built.
        let fingerprint = SourceFingerprint(project)
        let given = try ModelDocument.given(nil, session.environment)
        var build = self.project.request(project.derivedImageName, session)
        build.secrets = try secrets.parsed(project, session)
        build.mountsProject = true
        let known = given ?? fingerprint.knownDocument()
        let builder = try await session.builder(project, build, known: known) {
            _ = try request.input($0)
        }
        let result = try await builder.buildLight(known: given == nil ? known : nil)
        guard let document = result.document else { return }
        if given == nil { fingerprint.store() }
        let input = try request.input(document)
        var options = ContainerOptions(name: Session.containerName("predict"), image: project.derivedImageName)
        options.binds = ["\(project.directory):/src"]
        options.gpus = gpus
        try await serve(options, builder.engine, wantsGPU: project.config.build.gpu) { server in
            try await request.send(input: input, to: server.client, document: document, console: console)
        }
    }

    private func runImage(_ name: String, _ gpus: String?) async throws {
        let engine = try await session.connect()
        do {
            _ = try ImageReference(name)
        } catch {
            throw UsageFailure.invalidImage(name, error)
        }
        var found = try await engine.labels(of: name)
        if found == nil {
            try await console.activity("Pulling \(name)...") { activity in
                try await engine.pull(name, activity, console)
            }
            found = try await engine.labels(of: name)
        }
        guard let labels = found else { throw EngineFailure.imageNotFound(name, said: "") }
        func label(_ key: String) -> String? { labels["run.cog." + key] ?? labels["org.cogmodel." + key] }
        guard let config = label("config") else { throw EngineFailure.notAModel(name) }
        // A label that is empty or of an older form is no document; then the running server is asked.
        let document = label("openapi_schema").flatMap { try? ModelDocument($0) }
        let usable = document.flatMap { (try? $0.inputs(request.kind))?["properties"] == nil ? nil : $0 }
        let input = try usable.map(request.input)
        var options = ContainerOptions(name: Session.containerName("predict"), image: name)
        let wantsGPU = (try? JSONTree(parsing: config))?["build"]?["gpu"]?.bool ?? false
        options.gpus = gpus
        try await serve(options, engine, wantsGPU: wantsGPU) { server in
            if let usable, let input {
                return try await request.send(input: input, to: server.client, document: usable, console: console)
            }
            let document = try await served(server.client)
            try await request.send(
                input: try request.input(document), to: server.client, document: document, console: console)
        }
    }

    private func runLocally() async throws {
        let project = try session.loadProject(self.project.file)
        try project.checkNames(request.kind)
        let environment = try LocalEnvironment(project: project, planner: session.planner(project), console: console)
        try await environment.prepare()
        let document = try await environment.describe()
        let input = try request.input(document)
        let tool = environment.tool(session.serverEnvironment(container.env, isPrediction: true))
        let server = LocalServer.start(tool, host: "127.0.0.1", port: try LocalServer.freePort(), extra: [])
        do {
            try await console.activity("Starting the model and running setup()...") { _ in
                try await server.waitUntilReady(timeout: setupTimeout)
            }
            try await request.send(input: input, to: server.client, document: document, console: console)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    // MARK: - One container

    private func serve(
        _ given: ContainerOptions, _ engine: Engine, wantsGPU: Bool,
        _ body: (ServerContainer) async throws -> Void
    ) async throws {
        var options = given
        options.environment = session.serverEnvironment(container.env, isPrediction: true)
        if request.kind == .trainings { options.command = ["python", "-m", "cog.server.http", "--x-mode", "train"] }
        if options.gpus == nil, wantsGPU {
            // A training without its GPU would go on for ever.
            let isTraining = request.kind == .trainings
            options.gpus = isTraining ? "all" : try await engine.implicitGPU(options.image, console)
        }
        let server = try await started(options, engine)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// A container whose server is ready.
    private func started(_ options: ContainerOptions, _ engine: Engine) async throws -> ServerContainer {
        try await console.activity(
            "Starting Docker image \(options.image) and running setup()..."
        ) { _ in
            let server = try await ServerContainer.start(options, engine: engine)
            do {
                try await server.waitUntilReady(timeout: setupTimeout)
            } catch {
                await server.stop()
                throw error
            }
            return server
        }
    }

    private func served(_ client: LoopbackClient) async throws -> ModelDocument {
        let answer: LoopbackClient.Response
        do {
            answer = try await client.send("GET", "/openapi.json")
        } catch {
            throw PredictionFailure.noDocument(error)
        }
        return try ModelDocument(answer.text)
    }
}

import ArgumentParser
import ImagePlans
import Projects
import Terminal

/// Options of commands that build from a project.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The name of the config file.", valueName: "name"),
        completion: .configFiles)
    var file = "cog.yaml"

    @Option(
        help: ArgumentHelp(
            "Show the build's progress as: auto, a line for each stage on a terminal; tty, the client's own; plain, the "
                + "whole log; or quiet (default: auto). A build that fails shows its log.", valueName: "mode"),
        completion: .list(["auto", "tty", "plain", "quiet"]))
    var progress: String?

    @Option(
        help: ArgumentHelp(
            "Use NVIDIA's CUDA base image for GPU projects; 'false' for the slim Python image.", valueName: "value"),
        completion: .list(["auto", "true", "false"]))
    var useCudaBaseImage: String?

    @Option(
        help: ArgumentHelp(
            "Use a prepared base image with Python, CUDA and torch (default: false).", valueName: "bool"),
        completion: .truth)
    var useCogBaseImage: Bool?

    @Option(
        help: ArgumentHelp("The platform of the image: linux/amd64, the only one there is.", valueName: "platform"),
        completion: .list(["linux/amd64"]))
    var platform: String?

    @Option(help: ArgumentHelp("Use this Dockerfile.", valueName: "path", visibility: .hidden), completion: .file())
    var dockerfile: String?

    func validate() throws {
        if file.isEmpty { throw ValidationError("--file must not be empty: leave it out to use cog.yaml") }
        // To refuse prepared images asks for nothing, so it goes with everything.
        let given = [
            ("--use-cog-base-image", useCogBaseImage == true), ("--use-cuda-base-image", useCudaBaseImage != nil),
            ("--dockerfile", dockerfile != nil),
        ].filter(\.1).map(\.0)
        guard given.count < 2 else {
            throw ValidationError(
                "The flags \(given.joined(separator: " and ")) are mutually exclusive: you can only set one of them.")
        }
        if let platform, platform != "linux/amd64" {
            throw ValidationError(
                "can't make images for \(platform): the server is a program for x86-64, and so are NVIDIA's base images. "
                    + "Use linux/amd64, which other machines emulate, or run the model without a container: --local")
        }
        if let progress, BuildProgress(rawValue: progress) == nil {
            throw ValidationError("invalid progress mode \"\(progress)\": use auto, tty, plain or quiet")
        }
    }

    /// What a build is asked for by these options.
    func request(_ tag: String, _ session: Session) -> BuildRequest {
        var request = BuildRequest(tag: tag)
        request.progress = .chosen(
            progress, session.environment, isTerminal: session.console.isTerminal)
        request.usesCUDABase = useCudaBaseImage != "false"
        request.usesCogBase = useCogBaseImage
        request.dockerfile = dockerfile.flatMap { $0.isEmpty ? nil : $0 }
        request.registry = session.registry
        return request
    }
}

/// Build secrets.
struct SecretOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Secrets to pass to the build: id=ID,src=PATH or id=ID,env=VARIABLE. Repeatable.", valueName: "spec"))
    var secret: [String] = []

    func parsed(_ project: Project, _ session: Session) throws -> [BuildSecret] {
        try secret.map {
            try BuildSecret($0, directory: project.directory, environment: session.environment)
        }
    }
}

/// Options of full builds: `build` and `push`.
struct FullBuildOptions: ParsableArguments {
    @OptionGroup var secrets: SecretOptions

    @Flag(help: "Do not use cached layers.")
    var noCache = false

    @Flag(help: "Put large files of the project into a separate image, which code changes leave alone.")
    var separateWeights = false

    @Option(
        help: ArgumentHelp("Use this OpenAPI document instead of one made from the model.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var openapiSchema: String?

    @Flag(help: .hidden)
    var strip = false

    @Flag(help: .hidden)
    var precompile = false

    func apply(to request: inout BuildRequest, _ project: Project, _ session: Session) throws {
        request.secrets = try secrets.parsed(project, session)
        request.noCache = noCache
        request.separatesWeights = separateWeights
        request.schemaFile = openapiSchema.flatMap { $0.isEmpty ? nil : $0 }
        request.strip = strip
        request.precompile = precompile
    }
}

/// Options of commands that run a container.
struct ContainerArguments: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Environment variables for the container. Repeatable.", valueName: "name=value"))
    var env: [String] = []

    @Option(
        help: ArgumentHelp("GPU devices: all, a number, or device=0,1.", valueName: "gpus"),
        completion: .list(["all", "device=0"]))
    var gpus = ""

    func validate() throws {
        for variable in env {
            let name = variable.prefix { $0 != "=" }
            guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                throw ValidationError(
                    "invalid --env \"\(variable)\": write NAME=VALUE, or NAME alone to take a variable of the image away"
                )
            }
        }
    }
}

extension Duration {
    /// How long setup() may take; a longer time than anyone waits is as good as that.
    static func setup(seconds: UInt) -> Duration { .seconds(Int(min(seconds, 10 * 365 * 86_400))) }
}

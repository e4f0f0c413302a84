/// An environment variable that the program reads, and what it means.
///
/// The table of the reference page follows from the cases.
package enum EnvironmentVariable: String, CaseIterable, Sendable {
    case dockerHost = "DOCKER_HOST"
    case dockerContext = "DOCKER_CONTEXT"
    case dockerConfig = "DOCKER_CONFIG"
    case containerHost = "CONTAINER_HOST"
    case engine = "COG_ENGINE"
    case buildProgress = "BUILDKIT_PROGRESS"
    case sdkWheel = "COG_SDK_WHEEL"
    case serverWheel = "COGLET_WHEEL"
    case server = "COGLET_BINARY"
    case cacheDirectory = "XDG_CACHE_HOME"
    case browser = "BROWSER"
    case display = "DISPLAY"
    case waylandDisplay = "WAYLAND_DISPLAY"
    case sshConnection = "SSH_CONNECTION"
    case sshTerminal = "SSH_TTY"
    case certificate = "COG_CA_CERT"
    case uvImage = "COG_UV_IMAGE"
    case initProgram = "COG_TINI"
    case localGPU = "COG_LOCAL_GPU"
    case document = "COG_OPENAPI_SCHEMA"
    case registryHost = "COG_REGISTRY_HOST"
    case model = "COG_MODEL"
    case modelRegistry = "COG_MODEL_REGISTRY"
    case modelRepository = "COG_MODEL_REPO"
    case modelTag = "COG_MODEL_TAG"
    case runMode = "COG_RUN_MODE"
    case deprecations = "COG_DEPRECATIONS"
    case skipEngineCheck = "COG_SKIP_DOCKER_CHECK"
    case skipGPUCheck = "COG_SKIP_GPU_CHECK"
    case revision = "GITHUB_SHA"
    case revisionName = "GITHUB_REF_NAME"
    case replicateToken = "REPLICATE_API_TOKEN"
    case logLevel = "RUST_LOG"
    case noColor = "NO_COLOR"
    case cogNoColor = "COG_NO_COLOR"
    case terminal = "TERM"
    case home = "HOME"
    case path = "PATH"

    /// What it does, for the reference page.
    var meaning: String {
        switch self {
        case .dockerHost, .dockerContext, .dockerConfig: "which engine to use, as for `docker`"
        case .containerHost: "which engine to use, as for `podman`"
        case .engine: "the program to use instead of `docker`, such as `podman`"
        case .buildProgress: "the default of `--progress`"
        case .sdkWheel:
            "the SDK of images: `pypi`, `pypi:VERSION`, a URL, a wheel, or a directory with one. Default: the wheel that came "
                + "with the program"
        case .serverWheel: "the server of images, in the same form"
        case .server:
            "the program `coglet` that `cog playground` starts. Default: the one beside `cog`, or the one in the wheel that "
                + "came with it"
        case .cacheDirectory: "`coglet` is unpacked into `cog` below it. Default: `.cache` in `HOME`"
        case .browser:
            "what opens pages: commands separated by colons, with `%s` for the address. Default: `xdg-open` on a desktop"
        case .display, .waylandDisplay: "if set, there is a desktop"
        case .sshConnection, .sshTerminal: "if set, the desktop is elsewhere: no page is opened"
        case .certificate: "a certificate to trust in images: a file, a directory, PEM text, or PEM text in base64"
        case .uvImage: "the image that `uv` is copied from if a build needs it"
        case .initProgram: "the init program for images. Default: the one that came with the program"
        case .localGPU: "if set, `--local` installs torch for CUDA instead of CPUs"
        case .document: "a file with an OpenAPI document, which is used instead of one made from the model"
        case .registryHost:
            "the registry of `cog login`, of models without a host, and of prepared base images. Default: `r8.im`. "
                + "`--registry HOST` takes precedence"
        case .model: "the complete name that `cog push` pushes to"
        case .modelRegistry, .modelRepository, .modelTag: "a part of the name that `cog push` pushes to"
        case .runMode: "what `cog run` means: `predict` or `exec`"
        case .deprecations: "`1` reports older names, such as `predict` for `run`"
        case .skipEngineCheck: "if set, `cog doctor` skips the check of the engine"
        case .skipGPUCheck: "if set, `cog doctor` skips the check of the GPU"
        case .revision: "the revision in the labels of images. Default: what git says"
        case .revisionName: "the version in the labels of images. Default: what git says"
        case .replicateToken: "`--use-replicate-token` puts it into the context of a prediction"
        case .logLevel: "passed to containers"
        case .noColor, .cogNoColor: "if set, no colors and icons"
        case .terminal: "`dumb` turns off colors and icons"
        case .home: "the home directory, for `~` and caches"
        case .path: "where programs are found: the engine's client, Python, and `uv`"
        }
    }

    /// All of them with their meanings, as Markdown.
    package static var table: String {
        "| variable | meaning |\n| --- | --- |\n"
            + allCases.map { "| `\($0.rawValue)` | \($0.meaning) |\n" }.joined()
    }
}

extension [String: String] {
    /// The value of a variable of the environment.
    package subscript(variable: EnvironmentVariable) -> String? {
        get { self[variable.rawValue] }
        set { self[variable.rawValue] = newValue }
    }
}

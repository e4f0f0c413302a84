package import ModelConfig
package import ToolBasics

/// Everything that decides what is in an image, as values: the Dockerfile's text follows from it alone.
package struct BuildPlan: Equatable, Sendable {
    /// The effective configuration; CUDA and cuDNN are the resolved ones.
    package var config: Config
    /// The configuration file's name when it isn't `cog.yaml`.
    package var otherConfigName: String?
    package var base: BaseImage
    package var packages: ResolvedPackages
    package var sources: PackageSources
    /// PEM text to trust, or nil.
    package var certificate: String?
    /// Whether this program brings its own init; otherwise it comes from the distribution's package `tini`.
    package var hasInit = true
    /// Where the model's document comes from.
    package var document = DocumentSource.model
    /// The time that files and images are stamped with, in seconds since 1970; nil for that of the build.
    package var timestamp: Int?
    package var strip = false
    package var precompile = false
    /// What comes from the weights image.
    package var separateWeights = SeparateWeights()
    /// The name of the weights image.
    package var weightsImage = ""
    /// Files of the project that get layers of their own.
    package var largeFiles: [String] = []
    /// Whether the builder knows `COPY --link`.
    package var linksCopies = true
    /// The image that holds the staged files while a build runs.
    package var filesImage = "cog-build-files"
    /// What to tell before the build starts.
    package var notes: [Note] = []
    /// The published image of uv, which installs Python into CUDA images.
    package var uvImage = "ghcr.io/astral-sh/uv:0.9.26"

    package init(config: Config, base: BaseImage, packages: ResolvedPackages, sources: PackageSources) {
        self.config = config
        self.base = base
        self.packages = packages
        self.sources = sources
        self.config.build.cuda = packages.cuda ?? config.build.cuda
        self.config.build.cudnn = packages.cudnn ?? config.build.cudnn
    }

    /// The text of `requirements.txt` in the build, nil where nothing is to install.
    package var requirementsText: String? {
        guard !packages.lines.isEmpty || !packages.artifacts.isEmpty else { return nil }
        let artifacts = packages.artifacts.map { Self.artifactDirectory + "/" + Self.fileName($0) }
        return (packages.lines + artifacts).map { $0 + "\n" }.joined()
    }

    /// Whether there is anything to stage for the build.
    package var stagesFiles: Bool {
        if hasInit || requirementsText != nil || certificate != nil || config.tracing?.file != nil { return true }
        if case .given = document { return true }
        return [sources.sdk, sources.server].contains { if case .file = $0 { true } else { false } }
    }

    /// Where staged files are seen while a step of the build runs.
    static let filesDirectory = "/cog_build"
    static let artifactDirectory = filesDirectory + "/local_package_artifacts"

    static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// Checks what a Dockerfile can't express.
    package func validate() throws(PlanFailure) {
        if let name = otherConfigName, ValueForms.hasControl(name) {
            throw .unusableConfigName
        }
        for command in config.build.steps.map(\.command) where command.trimmingSpaces.contains("\n") {
            throw .commandWithLineBreak(command)
        }
    }
}

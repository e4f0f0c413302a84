package import Terminal

/// What a command wants of a build, as its options say it.
package struct BuildRequest: Equatable, Sendable {
    /// The image's name.
    package var tag: String
    /// How the progress is shown.
    package var progress = BuildProgress.auto
    package var usesCUDABase = true
    /// `--use-cog-base-image`; nil when not given.
    package var usesCogBase: Bool?
    package var registry = "r8.im"
    /// A Dockerfile that replaces the generated one.
    package var dockerfile: String?
    package var secrets: [BuildSecret] = []
    package var noCache = false
    package var separatesWeights = false
    /// A ready document instead of one made from the model.
    package var schemaFile: String?
    package var skipsSchema = false
    /// Whether the image's model is described; false for containers that run a command.
    package var describesModel = true
    /// Whether the project is mounted when the image runs, instead of being copied into it.
    package var mountsProject = false
    /// `SOURCE_DATE_EPOCH`; nil for none.
    package var timestamp: Int?
    package var strip = false
    package var precompile = false
    /// Where BuildKit writes the image instead of into the engine: `type=oci,dest=FILE`.
    package var output: String?
    /// Warnings about the model that were printed already, with or without their places.
    package var toldWarnings: [String] = []
    /// More labels, for pushes.
    package var labels: [String: String] = [:]

    package init(tag: String) { self.tag = tag }
}

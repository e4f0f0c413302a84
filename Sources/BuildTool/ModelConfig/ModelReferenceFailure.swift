package import ToolBasics

/// Variables that name no model to push to.
package enum ModelReferenceFailure: CommandFailure, Equatable {
    /// `image` is set, and so is one of `COG_MODEL*`.
    case imageAndVariables
    /// `COG_MODEL`.
    case name(ImageReference.Problem)
    /// `COG_MODEL_REGISTRY`.
    case registry(String)
    /// `COG_MODEL_REPO`.
    case repository(String)
    /// `COG_MODEL_TAG`, which begins as the tags of the build tool do.
    case reservedTag(String)
    case tag(String)
    /// The parts are right, and what they make together isn't.
    case combination(ImageReference.Problem)

    package var description: String {
        switch self {
        case .imageAndVariables:
            "'image' in cog.yaml cannot be combined with COG_MODEL* env vars: remove 'image' or unset them"
        case .name(let problem): "invalid COG_MODEL value: \(problem)"
        case .registry(let host):
            "invalid COG_MODEL_REGISTRY \"\(host)\": must be a bare host (no path, tag, or digest)"
        case .repository(let path):
            "invalid COG_MODEL_REPO \"\(path)\": must be a bare repository path (no host, tag, or digest)"
        case .reservedTag(let tag):
            "invalid COG_MODEL_TAG \"\(tag)\": \"cog-\" is a reserved prefix — choose a different tag"
        case .tag(let tag):
            "invalid COG_MODEL_TAG \"\(tag)\": must match OCI tag regex [A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
        case .combination(let problem): "invalid model reference: \(problem)"
        }
    }
}

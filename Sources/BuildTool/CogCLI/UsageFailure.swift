import ToolBasics

/// Options, arguments, or variables that don't go together, or that mean nothing here.
enum UsageFailure: CommandFailure, Equatable {
    /// Nothing names the image to push; the configuration's name.
    case noNameToBuildAndPush(config: String)
    case noNameToPush(config: String)
    case imageBesideModel
    case digest(String)
    case invalidImage(String, ImageReference.Problem)
    case portTaken(Int, host: String)
    case playgroundPortTaken(Int)
    case noReplicateToken
    case jsonAndInputs
    case localImage
    /// An image's name that looks like an input.
    case inputAsImage(String)
    case unknownRunMode(String)

    var description: String {
        switch self {
        case .noNameToBuildAndPush(let config):
            "To push images, you must either set the 'image' option in \(config) or pass a name with its registry as --tag"
        case .noNameToPush(let config):
            "To push images, you must either set the 'image' option in \(config) or pass an image name as an argument. "
                + "For example, 'cog push registry.example.com/hotdog-detector'"
        case .imageBesideModel:
            "positional image argument not supported with 'model' config: use COG_MODEL or COG_MODEL_TAG"
        case .digest(let name): "cannot push to digest-pinned ref \"\(name)\": model push requires a tag"
        case .invalidImage(let name, let problem): "invalid image reference \"\(name)\": \(problem)"
        case .portTaken(let port, let host):
            "port \(port) of \(host) is taken by another program: choose a different one with --port, or end that program"
        case .playgroundPortTaken(let port):
            "playground port \(port) is taken by another program: choose a different one with --playground-port, or end "
                + "that program"
        case .noReplicateToken:
            "Failed to find REPLICATE_API_TOKEN in the current environment when called with --use-replicate-token"
        case .jsonAndInputs: "Must use one of --json or --input to provide model inputs"
        case .localImage: "--local runs the project and takes no image"
        case .inputAsImage(let text): "Invalid image name '\(text)'. Did you forget `-i`?"
        case .unknownRunMode(let mode): "invalid COG_RUN_MODE \"\(mode)\": use predict or exec"
        }
    }
}

/// A command in a container that ended with another status than 0, which is the status of this program too.
struct CommandEnded: CommandFailure, Equatable {
    let exitStatus: Int32

    var description: String { "container exited with status \(exitStatus)" }
}

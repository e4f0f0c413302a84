import ToolBasics

/// A container engine that can't be used, or that refused.
///
/// What the engine's client said is kept where it decides what to do next.
package enum EngineFailure: CommandFailure {
    /// The client, and why it can't be run.
    case noClient(String, any Error)
    /// What the client said when it was asked for the engine.
    case noAnswer(String)
    case noBuildKit
    case imageNotFound(String, said: String)
    case notAModel(String)
    case cannotStage(String)
    case buildFailed(status: Int32, said: String)
    case pushFailed(String, said: String)
    case notStarted(said: String)
    /// A value of `--gpus`.
    case invalidGPUs(String)

    package var isRepairedByEdit: Bool {
        switch self {
        case .buildFailed, .cannotStage: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .noClient(let name, let error): "error pinging docker daemon: \(error). Is \(name) installed?"
        case .noAnswer(let said): "error pinging docker daemon: \(said)"
        case .noBuildKit: "this docker client can't build with BuildKit: its plugin buildx is missing"
        case .imageNotFound(let image, _): "image \(image): image not found"
        case .notAModel(let image): "image \(image): image is not a Cog model"
        case .cannotStage(let said): "Failed to stage build files: \(said)"
        case .buildFailed(let status, _):
            "Failed to build Docker image: the build ended with status \(status), its log is above"
        case .pushFailed(let image, _): "failed to push image: \(image)"
        case .notStarted: "Failed to start container"
        case .invalidGPUs(let value): "invalid GPU specification: \"\(value)\""
        }
    }

    package var hint: String? {
        switch self {
        case .noClient: NextStep.noEngine
        case .noAnswer(let said): NextStep.after(said) ?? NextStep.noEngine
        case .noBuildKit: "Install docker-buildx (Debian, Ubuntu) or docker-buildx-plugin (Docker's packages)."
        case .imageNotFound(_, let said), .buildFailed(_, let said), .pushFailed(_, let said), .notStarted(let said):
            NextStep.after(said)
        case .notAModel, .cannotStage, .invalidGPUs: nil
        }
    }
}

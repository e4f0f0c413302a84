package import ToolBasics

/// A manifest that can't be written.
package enum DeploymentFailure: CommandFailure {
    case image(String, ImageReference.Problem)
    case name(String)
    case cpu(String)
    case memory(String)
    case gpus(Int)
    case yaml(any Error)

    package var description: String {
        switch self {
        case .image(let name, let problem): "invalid image name \"\(name)\": \(problem)"
        case .name(let name):
            "invalid name \"\(name)\": use at most 63 lower-case letters, digits, and '-', with a letter first"
        case .cpu(let amount): "invalid --cpu \"\(amount)\": write a number of processors, such as 2 or 500m"
        case .memory(let amount): "invalid --memory \"\(amount)\": write a size such as 8Gi or 500Mi"
        case .gpus(let count): "invalid --gpus \"\(count)\": write a number of GPUs, or 0 for none"
        case .yaml(let error): "can't write the manifest as YAML: \(error)"
        }
    }
}

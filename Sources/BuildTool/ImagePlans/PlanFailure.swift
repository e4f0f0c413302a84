import ToolBasics

/// An image that can't be planned.
package enum PlanFailure: CommandFailure, Equatable {
    /// There is no NVIDIA image with both.
    case noBaseImage(cuda: String, cudnn: Int)
    /// There is no prepared image for these versions; nil for what the project doesn't have.
    case noPreparedImage(cuda: String?, python: String, torch: String?)
    /// The directories in which a wheel of the SDK was looked for.
    case noSDK([String])
    /// A release of the SDK that is too old.
    case oldSDK(String)
    /// A wheel or an archive of the project.
    case artifactOutside(String)
    case artifactMissing(String, path: String)
    case artifactNotAFile(String)
    /// The name of the configuration file has a control character.
    case unusableConfigName
    /// A command of `run` with a line break.
    case commandWithLineBreak(String)
    /// The directory to write a build to.
    case directoryExists(String)

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .noBaseImage(let cuda, let cudnn): "no matching base image for CUDA \(cuda) and CuDNN \(cudnn)"
        case .noPreparedImage(let cuda, let python, let torch):
            "unsupported base image configuration: CUDA: \(cuda ?? "(none)") / Python: \(python) "
                + "/ Torch: \(torch ?? "(none)")"
        case .noSDK(let directories):
            "no SDK wheel found: this program looks for cog-*.whl in \(directories.joined(separator: ", "))"
        case .oldSDK(let version): "cog version \(version) is below the minimum required version 0.16.0"
        case .artifactOutside(let name):
            "local Python package artifact \"\(name)\" must be inside the project directory"
        case .artifactMissing(let name, let path): "local Python package artifact \"\(name)\" not found: \(path)"
        case .artifactNotAFile(let name): "local Python package artifact \"\(name)\" must be a regular file"
        case .unusableConfigName:
            "the name of the configuration file has a line break or another control character: rename it"
        case .commandWithLineBreak(let command):
            "One of the commands in 'run' contains a new line, which won't work. You need to create a new list "
                + "item in YAML prefixed with '-' for each command.\n\nThis is the offending line: \(command)"
        case .directoryExists(let path): "\(path) exists already: name a directory that can be made"
        }
    }

    package var hint: String? {
        if case .noSDK = self { "Set COG_SDK_WHEEL to a wheel file, a URL or pypi:VERSION." } else { nil }
    }
}

package import ContainerEngine
package import ModelSchema
import ToolBasics

/// An image that can't be built from its plan.
package enum BuildFailure: CommandFailure {
    /// What the SDK said about a model that it can't describe.
    case noDescription(DescriptionFailure)
    /// The SDK's document.
    case unusableDocument(DocumentFailure)
    case noPackageList(said: String)
    /// The last step, which adds the labels.
    case noLabels(EngineFailure)
    /// What the engine or the program in the image said; nil if it is above.
    case noTimestamps(said: String?)
    case unreadableDockerfile(String)
    case cannotPack(said: String)

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .noDescription(let failure): "image build failed: \(failure.text)"
        case .unusableDocument(let failure): "image build failed: \(failure)"
        case .noPackageList(let said): "Failed to generate pip freeze from image: \(said)"
        case .noLabels(let failure): "Failed to add labels to image: \(failure)"
        case .noTimestamps(let said?): "Failed to stamp the image's layers: \(said)"
        case .noTimestamps(nil): "Failed to stamp the image's layers, see above"
        case .unreadableDockerfile(let path): "Failed to generate Dockerfile: \(path) can't be read"
        case .cannotPack(let said): "can't pack build files: \(said)"
        }
    }

    package var hint: String? {
        if case .noLabels(let failure) = self { failure.hint } else { nil }
    }
}

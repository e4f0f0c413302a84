import HTTPServer
import JSON
import Platforms

/// The name of the model in paths.
struct ModelName: Equatable, Sendable {
    /// The name.
    let text: String

    /// The name of a model that the operator hasn't named.
    static let standard = ModelName("model")

    /// Nil for a text that isn't valid as an unescaped path segment.
    init?(reading text: String) {
        let isPlain = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, !text.isEmpty else { return nil }
        self.text = text
    }

    private init(_ text: String) {
        self.text = text
    }

    /// Why a request is refused whose path names the model `NAME` or `NAME/versions/VERSION`; nil if that is this
    /// model.
    func refusal(of id: PathID?) -> Response? {
        let segments = id?.segments ?? []
        guard let name = segments.first, ExactString(name) == ExactString(text) else {
            return PlatformAnswers.error(
                "There is no model \(segments.first ?? ""). This server's is called \(text), by COG_MODEL_NAME.",
                status: 404)
        }
        guard segments.count == 1 || (segments.count == 3 && segments[1] == "versions") else { return Answers.notFound }
        guard segments.count == 1 || segments[2] == ModelMetadata.version else {
            return PlatformAnswers.error(
                "The model \(text) has no version \(segments[2]). Its one version is \(ModelMetadata.version).",
                status: 404)
        }
        return nil
    }
}

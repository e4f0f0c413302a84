package import ModelConfig
import ToolBasics

extension Project {
    /// The name that an image gets.
    ///
    /// - Parameter tag: `--tag`; without it the configuration or the directory names the image.
    /// - Throws: `ProjectFailure` or `ConfigFailure` when no engine would take the name.
    package func imageName(tag: String?) throws -> String {
        if let tag {
            if let problem = Self.problem(of: tag) {
                throw ProjectFailure.invalidTag(tag, problem, example: Self.example(for: tag))
            }
            return tag
        }
        try checkImage()
        return config.image ?? config.model ?? derivedImageName
    }

    /// Checks `image`, with its place.
    ///
    /// Only commands that give an image this name need it to be right.
    package func checkImage() throws(ConfigFailure) {
        guard let image = config.image, let problem = Self.problem(of: image) else { return }
        let reason = "\(problem). Write a name such as \(Self.example(for: image))"
        throw .problems([reader.message("invalid image \"\(image)\": \(reason)", about: "image")])
    }

    private static func problem(of name: String) -> ImageReference.Problem? {
        do {
            _ = try ImageReference(name)
            return nil
        } catch {
            return error
        }
    }

    /// The same name in lower case, if that would do.
    private static func example(for name: String) -> String {
        let lower = name.lowercased()
        return (try? ImageReference(lower)) == nil ? "registry.example.com/me/my-model:v1" : lower
    }
}

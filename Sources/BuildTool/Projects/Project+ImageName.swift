import ModelConfig
package import ToolBasics

extension Project {
    /// The name that an image gets.
    ///
    /// - Parameter tag: `--tag`; without it the configuration or the directory names the image.
    /// - Throws: `CogError.usage` or `.config` when no engine would take the name.
    package func imageName(tag: String?) throws(CogError) -> String {
        if let tag {
            if let reason = Self.nameProblem(tag) { throw .usage("invalid --tag \"\(tag)\": \(reason)") }
            return tag
        }
        try checkImage()
        return config.image ?? config.model ?? derivedImageName
    }

    /// Checks `image`, with its place.
    ///
    /// Only commands that give an image this name need it to be right.
    package func checkImage() throws(CogError) {
        guard let image = config.image, let reason = Self.nameProblem(image) else { return }
        throw .config([reader.message("invalid image \"\(image)\": \(reason)", about: "image")])
    }

    private static func nameProblem(_ name: String) -> String? {
        do {
            _ = try ImageReference(name)
            return nil
        } catch {
            let lower = name.lowercased()
            let fix = (try? ImageReference(lower)) == nil ? "registry.example.com/me/my-model:v1" : lower
            return "\(error). Write a name such as \(fix)"
        }
    }
}

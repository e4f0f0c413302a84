/// What `cog run` means: a prediction in newer documents, a command in older ones.
package enum RunMeaning: String, Equatable, Sendable {
    case predict
    case exec

    /// What has to be asked outside.
    package struct Questions {
        /// Whether a path exists in the project.
        package let isPath: (String) -> Bool
        /// Whether the engine has a model's image of this name.
        package let isModelImage: (String) async -> Bool

        package init(isPath: @escaping (String) -> Bool, isModelImage: @escaping (String) async -> Bool) {
            self.isPath = isPath
            self.isModelImage = isModelImage
        }
    }

    /// Decides from what follows `run`, before anything else happens.
    ///
    /// - Parameter mode: `COG_RUN_MODE`, which overrides everything.
    package static func of(
        _ arguments: [String], mode: String?, _ questions: Questions
    ) async -> RunMeaning {
        if let mode, let meaning = RunMeaning(rawValue: mode) { return meaning }
        var rest = arguments[...]
        while let option = rest.first, OptionForms.isOption(option), option != "--" {
            let name = OptionForms.split(option).name
            if OptionForms.predictionOnly.contains(name) { return .predict }
            if name == "-p" || name == "--publish" { return .exec }
            rest = rest.dropFirst(OptionForms.width(option))
        }
        guard let positional = rest.first else { return .predict }
        guard positional != "--", hasOnlyPredictionOptions(rest.dropFirst()) else { return .exec }
        let looksLikeImage = positional.contains("/") || positional.contains(":")
        if looksLikeImage, !positional.hasPrefix("."), !positional.hasPrefix("/"), !questions.isPath(positional) {
            return .predict
        }
        return await questions.isModelImage(positional) ? .predict : .exec
    }

    private static func hasOnlyPredictionOptions(_ arguments: ArraySlice<String>) -> Bool {
        var rest = arguments
        while let option = rest.first {
            guard OptionForms.predictionOnly.contains(OptionForms.split(option).name) else { return false }
            rest = rest.dropFirst(OptionForms.width(option))
        }
        return true
    }
}

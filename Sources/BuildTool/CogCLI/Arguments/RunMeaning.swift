/// What `cog run` means: a prediction in newer documents, a command in older ones.
enum RunMeaning: String, Equatable, Sendable {
    case predict
    case exec

    /// Questions about the project and the engine.
    struct Questions {
        /// Whether a path exists in the project.
        let isPath: (String) -> Bool
        /// Whether the engine has a model's image of this name.
        let isModelImage: (String) async -> Bool

        init(isPath: @escaping (String) -> Bool, isModelImage: @escaping (String) async -> Bool) {
            self.isPath = isPath
            self.isModelImage = isModelImage
        }
    }

    /// Decides from what follows `run`, before anything else happens.
    ///
    /// - Parameters:
    ///   - mode: `COG_RUN_MODE`, which overrides everything.
    ///   - predict: the options of `predict`.
    ///   - exec: the options of `exec`.
    static func of(
        _ arguments: [String], mode: String?, predict: OptionForms, exec: OptionForms, _ questions: Questions
    ) async -> RunMeaning {
        if let mode, let meaning = RunMeaning(rawValue: mode) { return meaning }
        let forms = predict.union(exec)
        let predictionOnly = predict.names.subtracting(exec.names)
        var rest = arguments[...]
        while let option = rest.first, OptionForms.isOption(option), option != "--" {
            let name = forms.split(option).name
            if predictionOnly.contains(name) { return .predict }
            if exec.names.contains(name), !predict.names.contains(name) { return .exec }
            rest = rest.dropFirst(forms.width(option))
        }
        guard let positional = rest.first else { return .predict }
        let isPrediction = hasOnly(predictionOnly, forms, rest.dropFirst())
        guard positional != "--", isPrediction else { return .exec }
        let looksLikeImage = positional.contains("/") || positional.contains(":")
        if looksLikeImage, !positional.hasPrefix("."), !positional.hasPrefix("/"), !questions.isPath(positional) {
            return .predict
        }
        return await questions.isModelImage(positional) ? .predict : .exec
    }

    private static func hasOnly(_ names: Set<String>, _ forms: OptionForms, _ arguments: ArraySlice<String>) -> Bool {
        var rest = arguments
        while let option = rest.first {
            guard names.contains(forms.split(option).name) else { return false }
            rest = rest.dropFirst(forms.width(option))
        }
        return true
    }
}

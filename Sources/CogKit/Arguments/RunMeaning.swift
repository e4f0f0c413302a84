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

    private static let predictionOptions: Set<String> = [
        "-i", "--input", "--json", "-o", "--output", "--setup-timeout", "--use-replicate-token",
    ]
    private static let withValue: Set<String> = [
        "-i", "--input", "--json", "-o", "--output", "--setup-timeout", "-p", "--publish", "-e", "--env", "--gpus",
        "-f",
        "--file", "--progress", "--use-cuda-base-image", "--dockerfile", "--registry", "--secret",
    ]

    /// Decides from what follows `run`, before anything else happens.
    ///
    /// - Parameter mode: `COG_RUN_MODE`, which overrides everything.
    package static func of(
        _ arguments: [String], mode: String?, _ questions: Questions
    ) async -> RunMeaning {
        if let mode, let meaning = RunMeaning(rawValue: mode) { return meaning }
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-"), arguments[index] != "--" {
            let name = optionName(arguments[index])
            if predictionOptions.contains(name) { return .predict }
            if name == "-p" || name == "--publish" { return .exec }
            index += withValue.contains(arguments[index]) ? 2 : 1
        }
        guard index < arguments.count, arguments[index] != "--" else {
            return index < arguments.count ? .exec : .predict
        }
        let positional = arguments[index]
        guard onlyPredictionOptions(arguments[(index + 1)...]) else { return .exec }
        let looksLikeImage =
            positional.contains("/") || positional.contains(":") || positional.contains("@sha256:")
        if looksLikeImage, !positional.hasPrefix("."), !positional.hasPrefix("/"), !questions.isPath(positional) {
            return .predict
        }
        return await questions.isModelImage(positional) ? .predict : .exec
    }

    private static func onlyPredictionOptions(_ rest: ArraySlice<String>) -> Bool {
        var index = rest.startIndex
        while index < rest.endIndex {
            guard predictionOptions.contains(optionName(rest[index])) else { return false }
            index += withValue.contains(rest[index]) ? 2 : 1
        }
        return true
    }

    /// `--input=x=1` and `-ix=1` are `--input` and `-i`.
    private static func optionName(_ argument: String) -> String {
        if argument.hasPrefix("--") { return argument.split(separator: "=").first.map(String.init) ?? argument }
        return String(argument.prefix(2))
    }
}

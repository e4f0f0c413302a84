/// Brings a command line into the form that the argument parser reads.
package enum ArgumentNormalizer {
    /// The subcommands, in the order of the help.
    package static let commands = [
        "build", "doctor", "exec", "init", "login", "predict", "push", "run", "serve", "train", "debug", "completion",
        "help",
    ]

    /// Other words people type, and what they may mean.
    private static let synonyms = [
        "auth": ["login"], "authenticate": ["login"], "authorize": ["login"], "new": ["init"], "start": ["init"],
        "http": ["serve"], "infer": ["predict", "run"],
    ]

    private static let globalFlags: Set<String> = ["--debug", "--no-color", "--profile"]

    /// Moves global options behind the subcommand and gives flags that may have a value one.
    package static func normalized(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if globalFlags.contains(first) || first.hasPrefix("--registry=") {
                leading.append(first)
                rest = rest.dropFirst()
            } else if first == "--registry", rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        guard let command = rest.first, !command.hasPrefix("-") else { return leading + rest }
        return [command] + leading + rest.dropFirst()
    }

    /// `--use-cog-base-image` alone means true; what belongs to a command in the container is left alone.
    package static func withFlagValues(_ arguments: [String]) -> [String] {
        guard arguments.first != "exec" else {
            let options = arguments.dropFirst().prefix { $0.hasPrefix("-") }
            return ["exec"] + options.map(flagValue) + arguments.dropFirst(1 + options.count)
        }
        return arguments.map(flagValue)
    }

    private static func flagValue(_ argument: String) -> String {
        argument == "--use-cog-base-image" ? argument + "=true" : argument
    }

    /// What to say when there is no such subcommand; nil where there is.
    package static func unknownCommand(_ arguments: [String]) -> String? {
        guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word) else { return nil }
        let near = synonyms[word] ?? Suggestion.near(word, among: commands)
        let hint = near.isEmpty ? "" : "\n\nDid you mean this?\n" + near.map { "\t\($0)\n" }.joined()
        return "unknown command \"\(word)\" for \"cog\"\(hint)"
    }
}

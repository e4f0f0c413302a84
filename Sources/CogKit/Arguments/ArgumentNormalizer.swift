/// Brings a command line into the form that the argument parser reads.
package enum ArgumentNormalizer {
    /// The subcommands, in the order of the help.
    package static let commands = [
        "build", "doctor", "exec", "init", "login", "playground", "predict", "push", "run", "serve", "train", "debug",
        "completion", "help",
    ]

    /// Other words people type, and what they may mean.
    private static let synonyms = [
        "auth": ["login"], "authenticate": ["login"], "authorize": ["login"], "new": ["init"], "start": ["init"],
        "http": ["serve"], "infer": ["predict", "run"],
    ]

    /// Moves global options from before the subcommand to behind it; without one they have no effect and go.
    package static func withCommandFirst(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first, OptionForms.global.contains(OptionForms.split(first).name) {
            let width = OptionForms.width(first)
            leading += rest.prefix(width)
            rest = rest.dropFirst(width)
        }
        guard let command = rest.first, !command.hasPrefix("-") else { return Array(rest) }
        return [command] + leading + rest.dropFirst()
    }

    /// Writes options in one way: values of short options apart, flags without a value.
    ///
    /// Nothing is touched behind `--`, nor behind the first name of `exec`: that belongs to the command it runs.
    package static func withPlainOptions(_ arguments: [String]) -> [String] {
        let isExec = arguments.first == "exec"
        let flags = OptionForms.flags.union(arguments.first == "doctor" ? OptionForms.ofDoctor : [])
        var plain = Array(arguments.prefix(1))
        var index = 1
        while index < arguments.count {
            let argument = arguments[index]
            let isOption = OptionForms.isOption(argument)
            if argument == "--" || (isExec && !isOption) { break }
            let width = flags.contains(argument) ? 1 : OptionForms.width(argument)
            plain += isOption ? Self.plain(argument, flags) : [argument]
            plain += arguments[min(index + 1, arguments.count)..<min(index + width, arguments.count)]
            index += width
        }
        return plain + arguments[min(index, arguments.count)...]
    }

    private static func plain(_ argument: String, _ flags: Set<String>) -> [String] {
        let (name, value) = OptionForms.split(argument)
        if name == "--use-cog-base-image" {
            return [name + "=" + (value.map { OptionForms.truth($0).map(String.init) ?? $0 } ?? "true")]
        }
        if let value, flags.contains(name), let isSet = OptionForms.truth(value) {
            return isSet ? [name] : []
        }
        if let value, !name.hasPrefix("--"), OptionForms.withValue.contains(name) { return [name, value] }
        return [argument]
    }

    /// What to say when there is no such subcommand; nil where there is.
    package static func unknownCommand(_ arguments: [String]) -> String? {
        let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        guard let word = words.first, !word.hasPrefix("-"), !commands.contains(word) else { return nil }
        let near = synonyms[word] ?? Suggestion.near(word, among: commands)
        let hint = near.isEmpty ? "" : "\n\nDid you mean this?\n" + near.map { "\t\($0)\n" }.joined()
        return "unknown command \"\(word)\" for \"cog\"\(hint)"
    }
}

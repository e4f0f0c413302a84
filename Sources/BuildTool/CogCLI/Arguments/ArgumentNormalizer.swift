import ToolBasics

/// Brings a command line into the form that the argument parser reads.
struct ArgumentNormalizer {
    /// The subcommands, in the order of the help.
    private let commands: [String]
    /// The command whose own arguments end where another command begins.
    private let passing: String
    private let global: () -> OptionForms
    private let forms: (String) -> OptionForms

    /// - Parameters:
    ///   - commands: the names of the subcommands.
    ///   - passing: the one that runs another command with the arguments behind its first name.
    ///   - global: the options that may stand before the subcommand.
    ///   - forms: the options of a subcommand.
    init(
        commands: [String], passing: String, global: @escaping () -> OptionForms,
        forms: @escaping (String) -> OptionForms
    ) {
        self.commands = commands
        self.passing = passing
        self.global = global
        self.forms = forms
    }

    /// Other words people type, and what they may mean.
    private static let synonyms = [
        "auth": ["login"], "authenticate": ["login"], "authorize": ["login"], "new": ["init"], "start": ["init"],
        "http": ["serve"], "infer": ["predict", "run"], "deploy": ["manifest"],
    ]

    /// Moves global options from before the subcommand to behind it; without one they have no effect and go.
    func withCommandFirst(_ arguments: [String]) -> [String] {
        guard arguments.first?.hasPrefix("-") == true else { return arguments }
        let global = global()
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first, global.names.contains(global.split(first).name) {
            let width = global.width(first)
            leading += rest.prefix(width)
            rest = rest.dropFirst(width)
        }
        guard let command = rest.first, !command.hasPrefix("-") else { return Array(rest) }
        return [command] + leading + rest.dropFirst()
    }

    /// Writes options in one way.
    ///
    /// Nothing is touched behind `--`, nor behind the first name of the command that passes it on.
    func withPlainOptions(_ arguments: [String]) -> [String] {
        guard let command = arguments.first, commands.contains(command) else { return arguments }
        let forms = forms(command)
        var plain = [command]
        var index = 1
        while index < arguments.count {
            let argument = arguments[index]
            let isOption = OptionForms.isOption(argument)
            if argument == "--" || (command == passing && !isOption) { break }
            let width = forms.width(argument)
            plain += isOption ? forms.plain(argument) : [argument]
            plain += arguments[min(index + 1, arguments.count)..<min(index + width, arguments.count)]
            index += width
        }
        return plain + arguments[min(index, arguments.count)...]
    }

    /// What to say when there is no such subcommand; nil where there is.
    func unknownCommand(_ arguments: [String]) -> String? {
        let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        guard let word = words.first, !word.hasPrefix("-"), word != "help", !commands.contains(word) else { return nil }
        let near = Self.synonyms[word] ?? Suggestion.near(word, among: commands + ["help"])
        let hint = near.isEmpty ? "" : "\n\nDid you mean this?\n" + near.map { "\t\($0)\n" }.joined()
        return "unknown command \"\(word)\" for \"cog\"\(hint)"
    }
}

import ArgumentParser

extension Cog {
    /// What reads a command line before the parser does. It knows commands and options from their declarations alone.
    static var normalizer: ArgumentNormalizer {
        let commands = configuration.subcommands
        return ArgumentNormalizer(
            commands: commands.map { name(of: $0) }, passing: name(of: ExecCommand.self),
            global: { forms(of: GlobalOptions.self) },
            forms: { name in
                guard let command = commands.first(where: { self.name(of: $0) == name }) else { return OptionForms() }
                return forms(of: command)
            })
    }

    private static func name(of command: any ParsableCommand.Type) -> String { command._commandName }

    /// The options of a command, or of a group of them.
    static func forms(of declared: any ParsableArguments.Type) -> OptionForms {
        do {
            return try OptionForms(describing: declared._dumpHelp())
        } catch {
            preconditionFailure("the parser's description of \(declared) is no JSON: \(error)")
        }
    }

    /// What a command takes, or a group of options.
    static func form(of declared: any ParsableArguments.Type) -> CommandForm {
        do {
            return try CommandForm(describing: declared._dumpHelp())
        } catch {
            preconditionFailure("the parser's description of \(declared) is no JSON: \(error)")
        }
    }

    static func command(named name: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first { self.name(of: $0) == name }
    }

    /// The commands that shells offer.
    static var commandCandidates: [Candidate] {
        let commands = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        return commands.map { Candidate(name(of: $0), about: $0.configuration.abstract) }
            + [Candidate("help", about: "Show how a command is used.")]
    }
}

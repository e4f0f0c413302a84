/// What belongs at the cursor of a command line, behind the name of a command.
enum CompletionPlace: Equatable, Sendable {
    /// The name of an option; some were given already.
    case option([CommandForm.Argument])
    /// The value of an argument. A part of the word may stand before it, such as `--progress=`.
    case value(CommandForm.Argument, before: String)
    /// A file: what another program takes is its own business.
    case file
    case nothing

    /// - Parameters:
    ///   - words: the words between the command and the one at the cursor.
    ///   - word: the one at the cursor, as far as it is typed.
    ///   - passes: whether everything from the first positional argument on belongs to another program.
    init(_ words: [String], _ word: String, in form: CommandForm, passes: Bool) {
        var given: Set<String> = []
        var positionals = 0
        var isPastOptions = false
        var waiting: CommandForm.Argument?
        for word in words {
            if waiting != nil {
                waiting = nil
            } else if word == "--", !isPastOptions {
                isPastOptions = true
            } else if !isPastOptions, OptionForms.isOption(word) {
                let (argument, value) = Self.option(word, in: form)
                given.formUnion(argument?.names ?? [])
                if let argument, argument.kind == .option, value == nil { waiting = argument }
            } else {
                positionals += 1
                if passes { isPastOptions = true }
            }
        }
        if let waiting {
            self = .value(waiting, before: "")
        } else if passes, isPastOptions {
            self = .file
        } else if !isPastOptions, word.hasPrefix("-") {
            let (argument, value) = Self.option(word, in: form)
            if let argument, let value {
                self = .value(argument, before: String(word.dropLast(value.count)))
            } else {
                self = .option(form.options(besides: given))
            }
        } else if let argument = form.positional(positionals) {
            self = .value(argument, before: "")
        } else if word.isEmpty, !isPastOptions {
            self = .option(form.options(besides: given))
        } else {
            self = .nothing
        }
    }

    /// The argument that a word names, and the value that is written together with it.
    private static func option(_ word: String, in form: CommandForm) -> (CommandForm.Argument?, value: String?) {
        if let argument = form.argument(named: word) { return (argument, nil) }
        if word.hasPrefix("--") {
            guard let equals = word.firstIndex(of: "=") else { return (nil, nil) }
            return (form.argument(named: String(word[..<equals])), String(word[word.index(after: equals)...]))
        }
        guard let argument = form.argument(named: String(word.prefix(2))), argument.kind == .option else {
            return (nil, nil)
        }
        let value = word.dropFirst(2)
        return (argument, String(value.hasPrefix("=") ? value.dropFirst() : value))
    }
}

extension CommandForm {
    /// The options and flags that may still be given.
    fileprivate func options(besides given: Set<String>) -> [Argument] {
        arguments.filter { $0.isShown && !$0.names.isEmpty && ($0.isRepeating || given.isDisjoint(with: $0.names)) }
    }

    fileprivate func positional(_ index: Int) -> Argument? {
        let positionals = positionals
        if positionals.indices.contains(index) { return positionals[index] }
        return positionals.last.flatMap { $0.isRepeating ? $0 : nil }
    }
}

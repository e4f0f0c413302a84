import ArgumentParser
import Terminal

/// `cog complete SHELL -- …`: the question of completion scripts.
///
/// bash gives the line up to the cursor and the part of it that it replaces. The others give the words behind the
/// program's name up to the one at the cursor.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Print what a shell may offer for a word. Completion scripts call this.",
        shouldDisplay: false)

    @Argument(help: "bash, zsh or fish.")
    var shell: CompletionScript

    @Argument(parsing: .postTerminator, help: "The command line up to the cursor.")
    var words: [String] = []

    @OptionGroup var global: GlobalOptions

    func run() async {
        let completer = Completer(session: Session(global, terse: true))
        let lines: [String]
        if shell == .bash {
            let line = ShellLine(words.first ?? "")
            let kept = line.kept(replacing: words.dropFirst().first ?? "")
            let found = await completer.candidates(Array(line.words.dropFirst()), line.word)
            lines = found.map { line.quoted(String($0.text.dropFirst(kept.count))) }
        } else {
            let found = await completer.candidates(words.dropLast(), words.last ?? "")
            lines = found.map { $0.about.isEmpty ? $0.text : $0.text + "\t" + $0.about }
        }
        if !lines.isEmpty { Console.result(lines.map { $0 + "\n" }.joined()) }
    }
}

extension CompletionScript: ExpressibleByArgument {}

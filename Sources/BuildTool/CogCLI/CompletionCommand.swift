import ArgumentParser
import Terminal

/// `cog completion SHELL`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for bash, zsh or fish.")

    @Argument(help: "bash, zsh or fish.", completion: .list(CompletionScript.allCases.map(\.rawValue)))
    var shell: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard CompletionScript(rawValue: shell) != nil else {
            throw ValidationError("no completion for \"\(shell)\": use bash, zsh or fish")
        }
    }

    func run() {
        guard let script = CompletionScript(rawValue: shell) else { return }
        Console.result(script.text + "\n")
    }
}

import ArgumentParser
import CogKit

/// `cog completion SHELL`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for bash, zsh or fish.")

    @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
    var shell: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard CompletionShell(rawValue: shell) != nil else {
            throw ValidationError("no completion for \"\(shell)\": use bash, zsh or fish")
        }
    }

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else { return }
        var script = Cog.completionScript(for: shell)
        if shell == .bash { script = Self.withoutSpaceBehindNames(script) }
        Console.result(script + "\n")
    }

    /// What begins the value of an input is not the end of a word. bash has to be told that from inside the function.
    private static func withoutSpaceBehindNames(_ script: String) -> String {
        script.replacing(
            "complete -o filenames -F _cog cog",
            with: """
                _cog_values() {
                    _cog "${@}"
                    case "${COMPREPLY[*]}" in *=|*=@) compopt -o nospace ;; esac
                }

                complete -o filenames -F _cog_values cog
                """)
    }
}

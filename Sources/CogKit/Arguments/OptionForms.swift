/// How options are written, for decisions that fall before the argument parser runs.
package enum OptionForms {
    /// Options that take a value, of all commands.
    package static let withValue: Set<String> = [
        "-e", "--env", "-f", "--file", "-i", "--input", "-o", "--output", "-p", "--publish", "--port", "-t", "--tag",
        "--dockerfile", "--gpus", "--host", "--image-name", "--json", "--openapi-schema", "--platform",
        "--playground-port", "--progress", "--registry", "--secret", "--setup-timeout", "--target", "--timestamp",
        "--upload-url", "--use-cuda-base-image", "--username", "--webhook-host",
    ]

    /// Options that need no value: given with one, it says whether they count.
    package static let flags: Set<String> = [
        "--debug", "--fix", "--local", "--no-cache", "--no-color", "--no-open", "--open", "--playground",
        "--precompile", "--profile", "--push", "--reload", "--separate-weights", "--skip-schema-validation", "--stream",
        "--strip", "--token-stdin",
        "--use-replicate-token",
    ]

    /// Flags of `doctor` that take a value in other commands.
    static let ofDoctor: Set<String> = ["--json"]

    /// Options that only predictions have.
    package static let predictionOnly: Set<String> = [
        "-i", "--input", "--json", "-o", "--output", "--setup-timeout", "--use-replicate-token", "--local", "--stream",
    ]

    /// Options of every command.
    package static let global: Set<String> = ["--debug", "--no-color", "--profile", "--registry"]

    /// Whether an argument is an option and not a value or a name; `-` alone stands for standard input.
    static func isOption(_ argument: String) -> Bool { argument.hasPrefix("-") && argument != "-" }

    /// The name of an option and the value written together with it: `--input=x=1`, `-ix=1` and `-i=x=1` are one.
    static func split(_ argument: String) -> (name: String, value: String?) {
        if argument.hasPrefix("--") {
            guard let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
            return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
        }
        let name = String(argument.prefix(2))
        let rest = argument.dropFirst(2)
        guard withValue.contains(name), !rest.isEmpty else { return (argument, nil) }
        return (name, String(rest.hasPrefix("=") ? rest.dropFirst() : rest))
    }

    /// How many arguments an option takes up, itself included.
    static func width(_ argument: String) -> Int {
        let (name, value) = split(argument)
        return value == nil && withValue.contains(name) ? 2 : 1
    }

    /// The truth values that flags may be given.
    static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "t", "1": true
        case "false", "f", "0": false
        default: nil
        }
    }
}

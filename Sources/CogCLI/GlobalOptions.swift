import ArgumentParser

/// Options of every command.
struct GlobalOptions: ParsableArguments {
    @Flag(help: "Show debugging output.")
    var debug = false

    @Flag(help: "Disable colored output.")
    var noColor = false

    @Option(help: ArgumentHelp("Registry host.", valueName: "host", visibility: .hidden))
    var registry: String?

    @Flag(help: .hidden)
    var profile = false
}

import ArgumentParser

/// Options of every command but `cog login`, which shows its registry.
struct GlobalOptions: ParsableArguments {
    @OptionGroup var console: ConsoleOptions

    @Option(help: ArgumentHelp("Registry host.", valueName: "host", visibility: .hidden))
    var registry: String?
}

/// How every command speaks.
struct ConsoleOptions: ParsableArguments {
    @Flag(help: "Show debugging output.")
    var debug = false

    @Flag(help: "Disable colored output.")
    var noColor = false

    @Flag(help: .hidden)
    var profile = false
}

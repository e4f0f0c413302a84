import ArgumentParser
import CogKit

/// `cog config-schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config-schema", abstract: "Print the JSON Schema of cog.yaml, for editors.",
        discussion: """
            'cog init' writes a line into cog.yaml that leads editors to this schema in the project's directory .cog.
            """)

    @Flag(help: .hidden)
    var table = false

    @OptionGroup var global: GlobalOptions

    func run() { Console.result(table ? ConfigSchema.table : ConfigSchema.text) }
}

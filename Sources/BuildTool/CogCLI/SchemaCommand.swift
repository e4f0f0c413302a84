import ArgumentParser
import ModelConfig
import Terminal
import ToolBasics

/// `cog config-schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config-schema", abstract: "Print the JSON Schema of cog.yaml, for editors.",
        discussion: """
            'cog init' writes a line into cog.yaml that leads editors to this schema in the project's directory .cog.
            """)

    @Option(help: .hidden)
    var table: Table?

    /// What the reference pages have as tables.
    enum Table: String, ExpressibleByArgument {
        case keys
        case variables

        var text: String {
            switch self {
            case .keys: ConfigSchema.table
            case .variables: EnvironmentVariable.table
            }
        }
    }

    @OptionGroup var global: GlobalOptions

    func run() { Console.result(table?.text ?? ConfigSchema.text) }
}

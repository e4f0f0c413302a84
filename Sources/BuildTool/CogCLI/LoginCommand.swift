import ArgumentParser
import ChildProcesses
import ContainerEngine
import ToolBasics

/// `cog login`
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a registry; Docker stores the credentials.")

    @Flag(help: "Read the token, password or USER:PASSWORD from standard input.")
    var tokenStdin = false

    @Option(help: ArgumentHelp("The user name; you are asked for it if it is missing.", valueName: "name"))
    var username: String?

    @Option(
        help: ArgumentHelp(
            "The registry's host; by default COG_REGISTRY_HOST, or r8.im.", valueName: "host"))
    var registry: String?

    @OptionGroup var options: ConsoleOptions

    func run() async throws {
        let session = Session(options, registry: registry)
        let login = RegistryLogin(
            host: session.registry, client: Tool(session.environment[.engine] ?? "docker"),
            console: session.console)
        try await login.run(username: username, readsInput: tokenStdin)
    }
}

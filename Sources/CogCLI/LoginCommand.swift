import ArgumentParser
import CogKit

/// `cog login`
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a registry; the credentials are kept by Docker.")

    @Flag(help: "Read the token, password or USER:PASSWORD from standard input.")
    var tokenStdin = false

    @Option(help: ArgumentHelp("The user's name; asked for when not given.", valueName: "name"))
    var username: String?

    @Option(
        help: ArgumentHelp(
            "The registry's host; by default what COG_REGISTRY_HOST says, or r8.im.", valueName: "host"))
    var registry: String?

    @OptionGroup var options: ConsoleOptions

    func run() async throws {
        let session = Session(options, registry: registry)
        let login = RegistryLogin(
            host: session.registry, client: Tool(session.environment["COG_ENGINE"] ?? "docker"),
            console: session.console)
        try await login.run(username: username, readsInput: tokenStdin)
    }
}

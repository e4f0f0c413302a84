package import ChildProcesses
import Foundation
import Glibc
import JSON
package import Terminal
package import ToolBasics

/// Puts credentials for a registry into Docker's credential store, by Docker's own `login`.
package struct RegistryLogin {
    private let host: String
    private let client: Tool
    private let console: Console

    /// The registry whose tokens are checked by an address of its own.
    private static let tokenHost = "r8.im"

    package init(host: String, client: Tool, console: Console) {
        self.host = host
        self.client = client
        self.console = console
    }

    /// Asks for what isn't given and logs in.
    ///
    /// - Parameter readsInput: whether the token, the password or `USER:PASSWORD` is all of standard input.
    package func run(username: String?, readsInput: Bool) async throws(CogError) {
        if host == Self.tokenHost { return try await token(readsInput: readsInput) }
        console.info("Logging in to \(console.bold(host))")
        var user = username
        var password: String
        if readsInput {
            password = try Self.standardInput()
            if user == nil, let colon = password.firstIndex(of: ":") {
                user = String(password[..<colon])
                password = String(password[password.index(after: colon)...])
            }
        } else {
            if user == nil { user = Self.ask("Username: ", hidden: false) }
            guard user?.isEmpty == false else { throw .usage("username cannot be empty") }
            password = Self.ask("Password: ", hidden: true)
        }
        guard let user, !user.isEmpty else { throw .usage("username cannot be empty") }
        guard !password.isEmpty else { throw .usage("password cannot be empty") }
        try await store(user: user, password: password)
        console.success("Login succeeded for \(host)")
    }

    // MARK: - Tokens

    private func token(readsInput: Bool) async throws(CogError) {
        var token: String
        if readsInput {
            token = try Self.standardInput()
        } else {
            let page = try await request(["https://\(host)/cog/v1/display-token-url"])
            guard page.status == 200, let url = (try? JSONTree(parsing: page.body))?["url"]?.string else {
                if page.status == 404 {
                    throw .usage("\(host) is not the Replicate registry. Use 'docker login' for other registries.")
                }
                throw .usage("\(host) returned HTTP status \(page.status)")
            }
            console.info("Get a token from this page, then paste it here:\n    \(url)")
            token = Self.ask("Token: ", hidden: true)
        }
        token = token.trimmingSpaces
        guard !token.isEmpty else { throw .usage("token is empty") }
        guard !token.hasPrefix("r8_") else {
            throw .usage(
                "that looks like a Replicate API token, not a CLI auth token. Run 'cog login' without a token to get one."
            )
        }
        let answer = try await request(
            ["--data-urlencode", "token@-", "https://\(host)/cog/v1/verify-token"], input: token)
        guard answer.status != 404 else { throw .usage("user does not exist") }
        guard answer.status == 200, let user = (try? JSONTree(parsing: answer.body))?["username"]?.string else {
            throw .usage("failed to verify token, got status \(answer.status)")
        }
        try await store(user: user, password: token)
        console.success("You've successfully authenticated as \(user)! You can now use the \(host) registry.")
    }

    private func request(_ arguments: [String], input: String = "") async throws(CogError) -> (
        status: Int, body: String
    ) {
        let options = ["--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}"]
        let answer = try await Tool("curl").answer(options + arguments, input: input)
        guard answer.succeeded else { throw .usage("can't reach \(host): \(answer.error.trimmingSpaces)") }
        let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    // MARK: - Parts

    private func store(user: String, password: String) async throws(CogError) {
        let answer = try await client.answer(
            ["login", "--username", user, "--password-stdin", host], input: password)
        guard answer.succeeded else { throw .usage("failed to log in to \(host): \(answer.error.trimmingSpaces)") }
    }

    private static func standardInput() throws(CogError) -> String {
        let data: Data
        do {
            // At its end there is no data, which is as good as an empty text.
            data = try FileHandle.standardInput.readToEnd() ?? Data()
        } catch {
            throw .usage("can't read standard input: \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw .usage("standard input is not UTF-8 text") }
        return text.trimmingSpaces
    }

    /// Asks on standard output; a hidden answer isn't echoed by the terminal.
    private static func ask(_ prompt: String, hidden: Bool) -> String {
        Console.result(prompt)
        guard hidden, isatty(STDIN_FILENO) == 1 else { return readLine() ?? "" }
        var saved = termios()
        tcgetattr(STDIN_FILENO, &saved)
        var quiet = saved
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &saved)
            Console.result("\n")
        }
        return readLine() ?? ""
    }
}

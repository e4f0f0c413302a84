package import ChildProcesses
import Foundation
import Glibc
import JSON
package import Terminal
import ToolBasics

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
    package func run(username: String?, readsInput: Bool) async throws {
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
            guard user?.isEmpty == false else { throw LoginFailure.noUsername }
            password = Self.ask("Password: ", hidden: true)
        }
        guard let user, !user.isEmpty else { throw LoginFailure.noUsername }
        guard !password.isEmpty else { throw LoginFailure.noPassword }
        try await store(user: user, password: password)
        console.success("Login succeeded for \(host)")
    }

    // MARK: - Tokens

    private func token(readsInput: Bool) async throws {
        var token: String
        if readsInput {
            token = try Self.standardInput()
        } else {
            let page = try await request(["https://\(host)/cog/v1/display-token-url"])
            guard page.status == 200, let url = (try? JSONTree(parsing: page.body))?["url"]?.string else {
                if page.status == 404 {
                    throw LoginFailure.otherRegistry(host)
                }
                throw LoginFailure.status(host, page.status)
            }
            console.info("Get a token from this page, then paste it here:\n    \(url)")
            token = Self.ask("Token: ", hidden: true)
        }
        token = token.trimmingSpaces
        guard !token.isEmpty else { throw LoginFailure.noToken }
        guard !token.hasPrefix("r8_") else {
            throw LoginFailure.tokenOfAPI
        }
        let answer = try await request(
            ["--data-urlencode", "token@-", "https://\(host)/cog/v1/verify-token"], input: token)
        guard answer.status != 404 else { throw LoginFailure.unknownUser }
        guard answer.status == 200, let user = (try? JSONTree(parsing: answer.body))?["username"]?.string else {
            throw LoginFailure.unverified(answer.status)
        }
        try await store(user: user, password: token)
        console.success("You've successfully authenticated as \(user)! You can now use the \(host) registry.")
    }

    private func request(_ arguments: [String], input: String = "") async throws -> (
        status: Int, body: String
    ) {
        let options = ["--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}"]
        let answer = try await Tool("curl").answer(options + arguments, input: input)
        guard answer.succeeded else { throw LoginFailure.unreachable(host, answer.error.trimmingSpaces) }
        let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    // MARK: - Parts

    private func store(user: String, password: String) async throws {
        let answer = try await client.answer(
            ["login", "--username", user, "--password-stdin", host], input: password)
        guard answer.succeeded else { throw LoginFailure.refused(host, answer.error.trimmingSpaces) }
    }

    private static func standardInput() throws(LoginFailure) -> String {
        let data: Data
        do {
            // At its end there is no data, which is as good as an empty text.
            data = try FileHandle.standardInput.readToEnd() ?? Data()
        } catch {
            throw .unreadableInput(error)
        }
        guard let text = String(data: data, encoding: .utf8) else { throw .inputNotText }
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

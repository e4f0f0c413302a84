import ChildProcesses
import Foundation
package import Terminal
import ToolBasics

/// The browser of the person at the terminal.
package enum Browser {
    /// A program that opens an address, the address among its arguments.
    package struct Command: Equatable, Sendable {
        package let program: String
        package let arguments: [String]
    }

    /// How an address is opened; nil where there is no browser, or where it would open on another machine's screen.
    ///
    /// `BROWSER` decides, as elsewhere: commands separated by colons, in which `%s` stands for the address. Editors that work on
    /// remote machines set it to a program that opens the browser at the other end.
    ///
    /// - Parameter find: the path of a program on PATH.
    package static func command(
        for url: String, _ environment: [String: String], find: (String) -> String?
    ) -> Command? {
        for entry in (environment[.browser] ?? "").split(separator: ":") {
            let words = entry.split(separator: " ").map(String.init)
            guard let name = words.first, let program = name.contains("/") ? name : find(name) else { continue }
            var arguments = words.dropFirst().map { $0.replacing("%s", with: url) }
            if !entry.contains("%s") { arguments.append(url) }
            return Command(program: program, arguments: arguments)
        }
        let isSet = { (variable: EnvironmentVariable) in environment[variable]?.isEmpty == false }
        if isSet(.sshConnection) || isSet(.sshTerminal) { return nil }
        guard isSet(.display) || isSet(.waylandDisplay) else { return nil }
        return find("xdg-open").map { Command(program: $0, arguments: [url]) }
    }

    /// Opens an address, or says which one to open.
    package static func open(_ url: String, _ environment: [String: String], _ console: Console) async {
        let directories = (environment[.path] ?? "").split(separator: ":").map(String.init)
        let command = command(for: url, environment) { name in
            directories.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        guard let command else { return console.info("Open \(console.bold(url)) in a browser") }
        // The first window of a browser lives as long as the browser: nobody waits for that.
        Task {
            let status = try? await Tool(command.program).show(command.arguments, output: .discarded)
            if status != 0, !Task.isCancelled {
                console.warn("\(command.program) can't open a browser: open \(console.bold(url)) yourself")
            }
        }
    }
}

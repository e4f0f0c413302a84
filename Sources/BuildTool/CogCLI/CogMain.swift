import ArgumentParser
import Dispatch
import Foundation
import Glibc
import Terminal
import ToolBasics

/// Where the program starts: reads the command line, runs the command, and turns every failure into a message on
/// standard error and an exit status.
@main
enum CogMain {
    static func main() {
        openStandardFiles()
        let arguments = Cog.normalizer.withCommandFirst(Array(CommandLine.arguments.dropFirst()))
        if let status = statusOfQuickCommand(arguments) { end(with: status) }
        let task = Task { await run(arguments) }
        let interrupts = Interrupts { task.cancel() }
        Task {
            let status = await task.value
            interrupts?.close()
            end(with: status)
        }
        dispatchMain()
    }

    private static func end(with status: Int32) -> Never {
        guard let failure = Console.resultFailure else { exit(status) }
        console.error(failure)
        exit(max(status, 1))
    }

    /// Takes the places of standard files that are closed, where otherwise the next file would be opened. What stands
    /// there can't be used, so that results that go nowhere are noticed.
    private static func openStandardFiles() {
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", mode)
        }
    }

    /// Runs what needs nothing to wait for: the version, help, mistakes in the command line, and commands that only print.
    /// Returns its exit status; nil for other commands. `dispatchMain` ends the first thread, which takes a static program
    /// 10 ms: longer than these commands.
    private static func statusOfQuickCommand(_ arguments: [String]) -> Int32? {
        if let message = Cog.normalizer.unknownCommand(arguments) { return fail(message, usage: nil) }
        // What `run` means depends on the engine's images.
        guard !RunCommand.isNamed(in: arguments) else { return nil }
        do {
            var command = try Cog.parseAsRoot(Cog.normalizer.withPlainOptions(arguments))
            if command is any AsyncParsableCommand { return nil }
            try command.run()
            return 0
        } catch {
            return status(of: error)
        }
    }

    private static func run(_ given: [String]) async -> Int32 {
        do {
            let arguments = Cog.normalizer.withPlainOptions(try await RunCommand.resolved(given, console))
            var command = try await Cog.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            // Ctrl-C ends the tools that a command has started too, sometimes before the command hears of it.
            return status(of: Interrupts.isInterrupted ? Interrupted() : error)
        }
    }

    /// Reports why a command has failed, or the parser's text. Returns the exit status.
    private static func status(of error: any Error) -> Int32 {
        guard let failure = error as? any CommandFailure else { return parserFailure(error) }
        if !failure.report.isEmpty { console.error(failure.report) }
        return failure.exitStatus
    }

    /// Help and the version are results; anything else is reported with the usage first.
    private static func parserFailure(_ error: any Error) -> Int32 {
        let text = Cog.fullMessage(for: error)
        guard Cog.exitCode(for: error) != .success else {
            Console.result(text + "\n")
            return 0
        }
        let message = Cog.message(for: error)
        let usage = text.replacing("Error: " + message, with: "").drop { $0.isNewline }
        return fail(message, usage: String(usage))
    }

    private static func fail(_ message: String, usage: String?) -> Int32 {
        if let usage, !usage.isEmpty { console.plain(usage) }
        console.error(message)
        return 1
    }

    private static var console: Console {
        Console(
            environment: ProcessInfo.processInfo.environment, noColor: CommandLine.arguments.contains("--no-color"),
            debug: false)
    }
}

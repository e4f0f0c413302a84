import ArgumentParser
import Foundation
import Glibc
import Terminal
import ToolBasics

/// Where the program starts: reads the command line, runs the command, and turns every failure into a message on
/// standard error and an exit status.
@main
enum CogMain {
    static func main() async {
        openStandardFiles()
        let task = Task { await run(Array(CommandLine.arguments.dropFirst())) }
        let interrupts = Interrupts { task.cancel() }
        var status = await task.value
        if let failure = Console.resultFailure {
            console.error(failure)
            status = max(status, 1)
        }
        interrupts.close()
        exit(status)
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

    private static func run(_ given: [String]) async -> Int32 {
        let arguments = Cog.normalizer.withCommandFirst(given)
        if let message = Cog.normalizer.unknownCommand(arguments) { return fail(message, usage: nil) }
        do {
            let arguments = Cog.normalizer.withPlainOptions(try await RunCommand.resolved(arguments, console))
            var command = try await Cog.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as any CommandFailure {
            if !failure.report.isEmpty { console.error(failure.report) }
            return failure.exitStatus
        } catch {
            return parserFailure(error)
        }
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

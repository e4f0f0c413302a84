import ArgumentParser
import Foundation
import ToolBasics

/// The command line's root.
///
/// It has no options of its own: `exec` would find those among the words of the command it runs.
struct Cog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cog",
        abstract: "Containers for machine learning.",
        discussion: """
            Start a project with 'cog init'. To learn about a command, use 'cog help COMMAND'.
            Every command knows --debug and --no-color, also before its name.
            """,
        version: "cog version \(ProgramVersion.current) (built \(buildTime))",
        subcommands: [
            BuildCommand.self, DoctorCommand.self, ExecCommand.self, InitCommand.self, LoginCommand.self,
            ManifestCommand.self, PlaygroundCommand.self, PredictCommand.self, PushCommand.self, RunCommand.self,
            ServeCommand.self,
            CompletionCommand.self, CompleteCommand.self, SchemaCommand.self, TrainCommand.self, DebugCommand.self,
        ])

    /// When this executable was written.
    private static var buildTime: String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: Session.executable)
        // Without a date the program still has a version.
        guard let date = attributes?[.modificationDate] as? Date else { return "unknown" }
        return date.formatted(.iso8601)
    }
}

import ArgumentParser
import ContainerEngine
import Foundation
import Projects
import Terminal
import ToolBasics

/// `cog run`: a prediction or a command, see `RunMeaning`. The command line is rewritten before it is parsed, so this
/// type only carries the help.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one prediction, or a command in the model's environment.",
        discussion: """
            'cog run' with inputs or an image makes a prediction, like 'cog predict'. 'cog run COMMAND' runs the command,
            like 'cog exec'. COG_RUN_MODE=predict or COG_RUN_MODE=exec decides for all cases.
            """)

    @OptionGroup var options: PredictionOptions

    func run() async throws { throw CleanExit.helpRequest(self) }

    /// Whether `resolved` may change the command or say something about it.
    static func isNamed(in arguments: [String]) -> Bool { ["run", "predict"].contains(arguments.first) }

    /// Replaces `run` by `predict` or `exec`; leaves requests for help and all other commands alone.
    static func resolved(_ arguments: [String], _ console: Console) async throws -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let rest = Array(arguments.dropFirst())
        if rest.first == "-h" || rest.first == "--help" { return arguments }
        // Both names stay. People who move scripts from one to the other can ask for notices.
        let notices = environment[.deprecations] == "1"
        if arguments.first == "predict", notices { console.warn("\"cog predict\" is deprecated, use \"cog run\"") }
        guard arguments.first == "run" else { return arguments }
        let mode = environment[.runMode].flatMap { $0.isEmpty ? nil : $0 }
        if let mode, RunMeaning(rawValue: mode) == nil {
            throw UsageFailure.unknownRunMode(mode)
        }
        let working = FileManager.default.currentDirectoryPath
        // Without a project every name counts from the current directory.
        let directory = (try? Project.find("cog.yaml", from: working))?.0 ?? working
        let questions = RunMeaning.Questions(
            isPath: { FileManager.default.fileExists(atPath: directory + "/" + $0) },
            isModelImage: { name in
                // Without an engine there is no image either.
                guard (try? ImageReference(name)) != nil, let engine = try? await Engine.connect(environment),
                    let labels = try? await engine.labels(of: name)
                else { return false }
                return labels["run.cog.config"] != nil
            })
        let meaning = await RunMeaning.of(
            rest, mode: mode, predict: Cog.forms(of: PredictCommand.self), exec: Cog.forms(of: ExecCommand.self),
            questions)
        if meaning == .exec, notices { console.warn("\"cog run <command>\" is deprecated, use \"cog exec\"") }
        return [meaning.rawValue] + rest
    }
}

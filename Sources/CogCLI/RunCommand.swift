import ArgumentParser
import CogKit
import Foundation

/// `cog run`: a prediction or a command, see `RunMeaning`. The command line is rewritten before it is parsed, so this
/// type only carries the help and the local prediction.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one prediction, or a command in the model's environment.",
        discussion: """
            'cog run' with inputs or an image makes a prediction, like 'cog predict'. 'cog run COMMAND' runs the command,
            like 'cog exec'. COG_RUN_MODE=predict or COG_RUN_MODE=exec decides for all cases.
            """)

    @OptionGroup var options: PredictionOptions

    func run() async throws {
        try await PredictCommand.parse(Array(CommandLine.arguments.dropFirst(2))).run()
    }

    /// Replaces `run` by `predict` or `exec`; leaves requests for help and all other commands alone.
    static func resolved(_ arguments: [String]) async throws(CogError) -> [String] {
        guard arguments.first == "run" else { return arguments }
        let rest = Array(arguments.dropFirst())
        if rest.first == "-h" || rest.first == "--help" { return arguments }
        let environment = ProcessInfo.processInfo.environment
        let mode = environment["COG_RUN_MODE"].flatMap { $0.isEmpty ? nil : $0 }
        if let mode, RunMeaning(rawValue: mode) == nil {
            throw .usage("invalid COG_RUN_MODE \"\(mode)\": use predict or exec")
        }
        let questions = RunMeaning.Questions(
            isPath: { FileManager.default.fileExists(atPath: $0) },
            isModelImage: { name in
                // Without an engine there is no image either.
                guard (try? ImageReference(name)) != nil, let engine = try? await Engine.connect(environment),
                    let labels = try? await engine.labels(of: name)
                else { return false }
                return labels["run.cog.config"] != nil
            })
        let meaning = await RunMeaning.of(rest, mode: mode, questions)
        return [meaning.rawValue] + rest
    }
}

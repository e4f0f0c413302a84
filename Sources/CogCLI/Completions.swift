import ArgumentParser
import CogKit
import Foundation

/// What shells offer as values, beyond what the options' own types tell.
extension CompletionKind {
    static let configFiles = CompletionKind.file(extensions: ["yaml", "yml"])
    static let truth = CompletionKind.list(["true", "false"])

    /// Images of models that the engine has.
    static let modelImages = CompletionKind.shellCommand(
        "\"${COG_ENGINE:-docker}\" image ls --filter label=run.cog.config --format '{{.Repository}}:{{.Tag}}' "
            + "2>/dev/null")

    /// The inputs of the project's model.
    static let inputs = CompletionKind.custom { (words, _, _) async -> [String] in
        await inputs(of: .predictions, words)
    }

    /// The inputs of the project's training.
    static let trainingInputs = CompletionKind.custom { (words, _, _) async -> [String] in
        await inputs(of: .trainings, words)
    }

    /// Whatever is wrong with a project is told by the command itself; then nothing is offered.
    private static func inputs(of kind: ModelDocument.Kind, _ words: [String]) async -> [String] {
        let flag = words.firstIndex { $0 == "-f" || $0 == "--file" }
        let file = flag.flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil } ?? "cog.yaml"
        guard let project = try? Project.load(file, from: FileManager.default.currentDirectoryPath) else { return [] }
        var document = SourceFingerprint(project).knownDocument()
        if document == nil {
            let planner = BuildPlanner(
                project: project, environment: ProcessInfo.processInfo.environment, executable: Session.executable)
            document = try? await SourceReader(planner).read(signatures: true).document
        }
        return document.map { InputCandidates($0, kind).offered(besides: words) } ?? []
    }
}

import ArgumentParser
import ContainerEngine
import Foundation
import ImagePlans
import ModelSchema
import Projects
import ToolBasics

/// Finds what may continue a command line.
///
/// If something is wrong with a project, nothing is offered: the command itself reports it.
struct Completer {
    let session: Session

    private var working: String { FileManager.default.currentDirectoryPath }

    /// - Parameters:
    ///   - words: the words behind the program's name, without the one at the cursor.
    ///   - word: the one at the cursor, as far as it is typed.
    func candidates(_ words: [String], _ word: String) async -> [Candidate] {
        await all(Cog.normalizer.withCommandFirst(words), word)
            .filter { $0.text.hasPrefix(word) && !$0.text.contains(where: \.isNewline) }
    }

    private func all(_ arguments: [String], _ word: String) async -> [Candidate] {
        guard let name = arguments.first else {
            return word.hasPrefix("-")
                ? Self.options(Cog.form(of: GlobalOptions.self).arguments) : Cog.commandCandidates
        }
        if name == "help" { return Cog.commandCandidates }
        guard let command = Cog.command(named: name) else { return [] }
        let place = CompletionPlace(
            Array(arguments.dropFirst()), word, in: Cog.form(of: command), passes: command == ExecCommand.self)
        switch place {
        case .nothing: return []
        case .file: return files(word)
        case .option(let options): return Self.options(options)
        case .value(let argument, let before):
            let found = await values(of: argument, typed: String(word.dropFirst(before.count)), arguments)
            return found.map { $0.behind(before) }
        }
    }

    private static func options(_ options: [CommandForm.Argument]) -> [Candidate] {
        options.flatMap { option in option.names.map { Candidate($0, about: option.about) } }
    }

    private func files(_ typed: String, _ extensions: [String] = []) -> [Candidate] {
        Candidate.files(typed, extensions: extensions, from: working, home: session.environment[.home])
    }

    private func values(
        of argument: CommandForm.Argument, typed: String, _ arguments: [String]
    ) async -> [Candidate] {
        switch argument.values {
        case .list(let texts): return texts.map { Candidate($0) }
        case .files(let extensions): return files(typed, extensions)
        case .unknown: break
        }
        // A file's content as the value: `name=@path`, and `@path` for all inputs at once.
        let takesInputs = argument.names.contains("--input")
        if takesInputs || argument.names.contains("--json"), let at = typed.firstIndex(of: "@"),
            takesInputs ? typed[..<at].last == "=" : at == typed.startIndex
        {
            let path = typed.index(after: at)
            return files(String(typed[path...])).map { $0.behind(String(typed[..<path])) }
        }
        if takesInputs { return await inputs(arguments) }
        if argument.kind == .positional, argument.valueName == "image",
            ["predict", "run", "train"].contains(arguments[0])
        {
            return await Engine.modelImages(session.environment).map { Candidate($0) }
        }
        return []
    }

    /// The inputs of the project's model or training.
    private func inputs(_ arguments: [String]) async -> [Candidate] {
        let words = Cog.normalizer.withPlainOptions(arguments)
        let joined = words.last { $0.hasPrefix("--file=") }?.dropFirst("--file=".count)
        let apart = words.lastIndex { $0 == "-f" || $0 == "--file" }.flatMap {
            $0 + 1 < words.count ? words[$0 + 1] : nil
        }
        guard let project = try? Project.load(joined.map(String.init) ?? apart ?? "cog.yaml", from: working) else {
            return []
        }
        var document = SourceFingerprint(project).knownDocument()
        if document == nil {
            document = try? await SourceReader(session.planner(project)).read(signatures: true).document
        }
        let kind = arguments[0] == "train" ? ModelDocument.Kind.trainings : .predictions
        return document.map { InputCandidates($0, kind).offered(besides: words) } ?? []
    }
}

import ChildProcesses
import Foundation
import JSON
package import ModelConfig
import ModelSchema
import ToolBasics

/// Reads the model's source without running it, so that mistakes are found before anything is built.
///
/// The SDK does the reading, with a Python of this machine, which needs none of the model's packages. Without a Python,
/// or where the source alone doesn't tell, that is left to running the model.
package struct SourceReader: Sendable {
    private let project: Project
    private let environment: [String: String]
    private let wheel: String?

    /// - Parameter wheel: the SDK's, which does the reading; nil if there is none.
    package init(_ project: Project, environment: [String: String], wheel: String?) {
        self.project = project
        self.environment = environment
        self.wheel = wheel.map { URL(fileURLWithPath: $0).path }
    }

    /// Checks what the configuration names.
    ///
    /// - Parameter signatures: whether to look into the files; otherwise they only have to be there.
    /// - Throws: all mistakes.
    package func read(signatures: Bool) async throws(ConfigFailure) -> SourceFacts {
        try checkFiles()
        guard signatures, let wheel, !references.isEmpty else { return SourceFacts() }
        for python in PythonInterpreters.found(environment) {
            let code =
                "import sys; sys.version_info < (3, 10) and sys.exit(\(Self.tooOld)); sys.path.insert(0, sys.argv[1]); "
                + "from cog.command.read_source import main; sys.exit(main(sys.argv[2:]))"
            let tool = Tool(python, directory: project.directory)
            let version = project.config.build.pythonVersion.flatMap(Version.init)?.minorText ?? "3.13"
            // An interpreter that can't be started is skipped.
            guard
                let answer = try? await tool.answer(
                    ["-I", "-S", "-B", "-c", code, wheel, version]
                        + references.flatMap { ["--" + $0.mode, $0.reference] })
            else { continue }
            if answer.status == Self.tooOld { continue }
            return try report(answer)
        }
        return SourceFacts()
    }

    /// The exit status of an interpreter that the SDK doesn't support.
    private static let tooOld: Int32 = 77

    private struct Entry {
        let mode: String
        let key: String
        let reference: String
        var file: String { String(reference[..<(reference.lastIndex(of: ":") ?? reference.endIndex)]) }
    }

    private var references: [Entry] {
        var entries: [Entry] = []
        if let predict = project.config.predict {
            let key = predict == project.reader.runKey ? "run" : "predict"
            entries.append(Entry(mode: "predict", key: key, reference: predict))
        }
        if let train = project.config.train, !train.isEmpty {
            entries.append(Entry(mode: "train", key: "train", reference: train))
        }
        return entries
    }

    // MARK: - Files

    private func checkFiles() throws(ConfigFailure) {
        let problems = references.compactMap { entry -> String? in
            let path = project.directory + "/" + entry.file
            if RegularFile.isAt(path) { return nil }
            if let obstacle = RegularFile.obstacle(path) { return problem(entry, "\(entry.file) \(obstacle)") }
            // A directory that can't be listed has nothing to suggest.
            let files = ((try? FileManager.default.contentsOfDirectory(atPath: project.directory)) ?? []).sorted()
            let near = Suggestion.near(entry.file, among: files.filter { $0.hasSuffix(".py") }).first
            let fix = near.map { "did you mean \"\($0)\"?" } ?? "create it, or correct the reference"
            return problem(entry, "\(entry.file) does not exist (\(fix))")
        }
        guard problems.isEmpty else { throw .problems(problems) }
    }

    private func problem(_ entry: Entry, _ text: String) -> String {
        project.reader.message("invalid \(entry.key) \"\(entry.reference)\": \(text)", about: entry.key)
    }

    // MARK: - Answers

    private func report(_ answer: Tool.Answer) throws(ConfigFailure) -> SourceFacts {
        // If the reader fails, running the model decides.
        guard answer.succeeded, let root = try? JSONTree(parsing: answer.output) else { return SourceFacts() }
        let problems = (root["problems"]?.array ?? []).compactMap(text)
        guard problems.isEmpty else { throw .problems(problems) }
        var facts = SourceFacts()
        if let document = root["document"], document != .null { facts.document = try? ModelDocument(document.text()) }
        facts.warnings = (root["warnings"]?.array ?? []).compactMap(text)
        facts.slots = root["slots"]?.double.map { Int($0) }
        return facts
    }

    private func text(_ problem: JSONTree) -> String? {
        guard let mode = problem["mode"]?.string, let text = problem["text"]?.string,
            let entry = references.first(where: { $0.mode == mode })
        else { return nil }
        let line = Int(problem["line"]?.double ?? 0)
        // Without a line it is the reference that is wrong.
        guard line > 0 else { return self.problem(entry, "\(entry.file) \(text)") }
        // The interpreter has just read the file.
        let source = (try? String(contentsOfFile: project.directory + "/" + entry.file, encoding: .utf8)) ?? ""
        let column = Int(problem["column"]?.double ?? 0)
        let excerpts = SourceText(source, file: entry.file)
        return excerpts.message(text, at: .init(line: line, column: max(column, excerpts.firstColumn(line: line))))
    }
}

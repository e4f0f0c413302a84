import Foundation
import ModelConfig
import PythonSource
import ToolBasics

/// Moves a project from `predict.py:Predictor` with `predict()` to `run.py:Runner` with `run()`.
struct NameMigration {
    let directory: String
    let configName: String
    let reader: ConfigReader

    private static let oldEntry = "predict.py:Predictor"
    private static let newEntry = "run.py:Runner"

    /// Looks for the old names, and replaces them where `fixes` asks for it and it is clear how.
    func check(fixes: Bool) -> DoctorCheck {
        var check = DoctorCheck(.names)
        guard let entry = reader.predictKey, !entry.isEmpty else { return check }
        check.findings = [
            .init(
                configName, reader.places["predict"]?.line,
                "predict in \(configName) is deprecated; use run with \(Self.newEntry)")
        ]
        let file = entry.split(around: ":")[0]
        let source = (try? String(contentsOfFile: directory + "/" + file, encoding: .utf8)).map(PythonFile.init)
        if let source, !source.indices(ofWord: "BasePredictor").isEmpty {
            check.findings.append(.init("\(file) uses deprecated Predictor/BasePredictor/predict() names"))
        }
        guard fixes else { return check }
        do {
            guard entry == Self.oldEntry, let source else {
                throw Obstacle.otherNames
            }
            try migrate(source)
            check.isFixed = true
        } catch {
            check.severity = .error
            check.findings.append(.init("cannot migrate predict.py to run.py because \(error.report)"))
        }
        return check
    }

    /// What takes a person to decide.
    private enum Obstacle: CommandFailure {
        case otherNames
        case runExists
        /// Another file of the project.
        case imported(by: String)
        case usedElsewhere
        case newNamesTaken
        case methodCalled
        case noKey(config: String)
        case keyOnSeveralLines(config: String)

        var description: String {
            switch self {
            case .otherNames: "only the names of \(oldEntry) can be changed automatically"
            case .runExists: "run.py already exists"
            case .imported(let file): "\(file) imports it"
            case .usedElsewhere: "Predictor is used in more places than its class"
            case .newNamesTaken: "the new names are taken"
            case .methodCalled: "predict() is also called"
            case .noKey(let config): "the key predict was not found in \(config)"
            case .keyOnSeveralLines(let config): "predict in \(config) is not written on one line of its own"
            }
        }
    }

    // MARK: - Steps

    private func migrate(_ source: PythonFile) throws {
        guard !FileManager.default.fileExists(atPath: directory + "/run.py") else {
            throw Obstacle.runExists
        }
        let runner = try renamed(source)
        if let user = importer() { throw Obstacle.imported(by: user) }
        let config = try String(contentsOfFile: directory + "/" + configName, encoding: .utf8)
        let newConfig = try renamed(config: PythonFile(config))
        // The old file goes last: whatever fails before leaves a project that works as it did.
        try runner.text.write(toFile: directory + "/run.py", atomically: true, encoding: .utf8)
        try newConfig.text.write(toFile: directory + "/" + configName, atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: directory + "/predict.py")
    }

    /// The Python file with the new names; comments and layout stay.
    private func renamed(_ source: PythonFile) throws -> PythonFile {
        guard let body = source.classBody("Predictor"), let method = source.signature(of: "predict", in: "Predictor"),
            source.indices(ofWord: "Predictor") == [body.lowerBound]
        else { throw Obstacle.usedElsewhere }
        guard source.signature(of: "run", in: "Predictor") == nil, source.indices(ofWord: "Runner").isEmpty else {
            throw Obstacle.newNamesTaken
        }
        guard !source.lines.contains(where: { $0.contains("self.predict(") || $0.contains("super().predict(") }) else {
            throw Obstacle.methodCalled
        }
        var source = source
        let start = body.lowerBound
        source.lines[start] = PythonFile.replacing("Predictor", with: "Runner", in: source.lines[start])
        let line = method.line - 1
        source.lines[line] = source.lines[line].replacing("def predict", with: "def run", maxReplacements: 1)
        source.lines = source.lines.map { PythonFile.replacing("BasePredictor", with: "BaseRunner", in: $0) }
        return source
    }

    private func renamed(config: PythonFile) throws -> PythonFile {
        guard let number = reader.places["predict"]?.line, number <= config.lines.count else {
            throw Obstacle.noKey(config: configName)
        }
        var config = config
        let line = config.lines[number - 1]
        guard line.hasPrefix("predict:"), line.contains(Self.oldEntry) else {
            throw Obstacle.keyOnSeveralLines(config: configName)
        }
        config.lines[number - 1] =
            "run:" + line.dropFirst("predict:".count).replacing(Self.oldEntry, with: Self.newEntry)
        return config
    }

    /// Another Python file of the project's top directory that imports `predict.py`.
    private func importer() -> String? {
        // A directory that can't be listed has no such file.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.sorted().first { name in
            guard name.hasSuffix(".py"), name != "predict.py",
                let text = try? String(contentsOfFile: directory + "/" + name, encoding: .utf8)
            else { return false }
            return PythonFile(text).lines.contains {
                $0.hasPrefix("from predict import") || $0.trimmingSpaces == "import predict"
            }
        }
    }
}

import JSON
package import PythonPackages
import ToolBasics

/// Checks what `cog.yaml` says; finds all problems, in a fixed order.
package struct ConfigValidator {
    private let reader: ConfigReader
    private let config: Config
    private let file: String
    private let fileExists: (String) -> Bool
    private let projectFile: (String) -> ProjectFile
    private let requirements: Requirements
    private var problems: [String] = []

    /// - Parameters:
    ///   - reader: what was read.
    ///   - file: the name for messages.
    ///   - requirements: the project's Python packages.
    ///   - fileExists: whether a path, relative to the project or absolute, is a file.
    ///   - projectFile: what a path of the project leads to.
    package init(
        _ reader: ConfigReader, file: String, requirements: Requirements, fileExists: @escaping (String) -> Bool,
        projectFile: @escaping (String) -> ProjectFile
    ) {
        self.reader = reader
        config = reader.config
        self.file = file
        self.requirements = requirements
        self.fileExists = fileExists
        self.projectFile = projectFile
    }

    /// The problems, each with the line it is about; empty when the configuration is right.
    package mutating func validate() -> [String] {
        checkEntries()
        checkPython()
        checkPackages()
        checkCUDA()
        checkEnvironment()
        checkConcurrency()
        checkObservability()
        checkExamples()
        checkModel()
        checkWeights()
        for (field, value, reason) in reader.unusableValues {
            problem(field, value, reason)
        }
        return problems
    }

    /// Notes on deprecated keys; `predict` is not among them.
    package static func deprecations(in reader: ConfigReader, file: String) -> [String] {
        ConfigSchema.flattened.compactMap { field, key in
            guard let replacement = key.replacement, let place = reader.places[field] else { return nil }
            let at = "\(file):\(place.line):\(place.column)"
            return "\(at): deprecated field \"\(field)\": use \"\(replacement)\" instead"
        }
    }

    // MARK: - Rules

    private mutating func checkEntries() {
        if let run = reader.runKey, let predict = reader.predictKey, !run.isEmpty, !predict.isEmpty {
            problem("run", nil, "only one of run or predict can be set")
        }
        let forms = [
            ("run", reader.runKey, "run.py:Runner"), ("predict", reader.predictKey, "predict.py:Predictor"),
            ("train", config.train, "train.py:Trainer"),
        ]
        for case (let field, let value?, let form) in forms where !value.isEmpty {
            let parts = value.split(around: ".py:")
            if parts.count != 2 || parts.contains("") {
                problem(field, value, "must be in the form '\(form)'")
            }
        }
    }

    private mutating func checkPython() {
        guard let text = config.build.pythonVersion else { return }
        let field = "build.python_version"
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2 else {
            return problem(field, text, "must include major and minor version (e.g., '3.11')")
        }
        guard let major = Int(parts[0]) else { return problem(field, text, "invalid major version number") }
        guard let minor = Int(parts[1]) else { return problem(field, text, "invalid minor version number") }
        guard (major, minor) >= (3, 10) else {
            return problem(field, text, "minimum supported Python version is 3.10")
        }
        if parts.count > 3 || (parts.count == 3 && Int(parts[2]) == nil) {
            problem(field, text, "must be in the form X.Y or X.Y.Z")
        }
    }

    private mutating func checkPackages() {
        if !config.build.pythonPackages.isEmpty, config.build.pythonRequirements != nil {
            problem(
                "build.python_packages", nil,
                "only one of python_packages or python_requirements can be set, not both", shown: "build")
        }
        if let path = config.build.pythonRequirements, !fileExists(path) {
            problem("build.python_requirements", path, "file does not exist: create it, or correct the path")
        }
    }

    private mutating func checkCUDA() {
        guard let text = config.build.cuda else { return }
        let field = "build.cuda"
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2 else {
            return problem(field, text, "must include both major and minor versions (e.g., '11.8')")
        }
        guard let major = Int(parts[0]) else { return problem(field, text, "invalid major version number") }
        guard Int(parts[1]) != nil else { return problem(field, text, "invalid minor version number") }
        guard major >= 11 else { return problem(field, text, "minimum supported CUDA version is 11") }
        if let reason = ValueForms.numbers(text) { return problem(field, text, reason) }
        guard config.build.gpu, let cuda = Version(text) else { return }
        let known = CompatibilityTables.cudnns(for: cuda)
        if let cudnn = config.build.cudnn, !known.isEmpty, !known.map(String.init).contains(cudnn) {
            let list = known.map(String.init).joined(separator: ", ")
            problems.append(
                reader.message(
                    "CUDA \(text) is incompatible with CuDNN \(cudnn): compatible CuDNN versions are: \(list)",
                    about: "build.cudnn"))
        }
        if let pin = requirements.version(of: "tensorflow"), let build = CompatibilityTables.tensorFlow(pin),
            let theirs = Version(build.cuda), theirs.major != cuda.major
        {
            problem(field, text, "TensorFlow \(pin) requires CUDA \(build.cuda)")
        }
    }

    private mutating func checkEnvironment() {
        var seen: Set<String> = []
        for (index, entry) in config.environment.enumerated() {
            let field = "environment[\(index)]"
            guard let equals = entry.firstIndex(of: "="), equals != entry.startIndex else {
                problem(field, nil, "environment variable \"\(entry)\" is not in the KEY=VALUE format")
                continue
            }
            let name = String(entry[..<equals])
            if !name.isEnvironmentName {
                problem(field, nil, "environment variable \"\(name)\" is not in the KEY=VALUE format")
            } else if ReservedNames.contains(name) {
                problem(field, nil, "environment variable \"\(name)\" is not allowed: reserved for internal use")
            } else if ReservedNames.isTelemetry(name) {
                problem(
                    field, nil,
                    "environment variable \"\(name)\" is not allowed: reserved for internal use; set it when the container "
                        + "is started, or use observability in \(file)")
            } else if !seen.insert(name).inserted {
                problem(field, nil, "environment variable \"\(name)\" is already defined")
            } else if entry.contains(where: \.isNewline) || ValueForms.hasControl(entry) {
                // A Dockerfile has no way to write one.
                problem(
                    field, nil,
                    "environment variable \"\(name)\" has a new line in its value, or another control character")
            }
        }
    }

    /// They stand in one line of a Dockerfile, which BuildKit limits to 64 KiB, and in a label.
    private static let examplesLimitBytes = 32_768

    private mutating func checkExamples() {
        let count = JSONTree.array(config.examples).text().utf8.count
        guard count > Self.examplesLimitBytes else { return }
        problem(
            "examples", nil,
            "they are \(count) bytes of JSON, and may be \(Self.examplesLimitBytes): name files by their addresses")
    }

    private mutating func checkConcurrency() {
        if let workers = config.concurrency.workers, workers != "auto", Int(workers).map({ $0 < 1 }) ?? true {
            problem("concurrency.workers", workers, "must be a whole number, at least 1, or auto")
        }
        if let start = config.concurrency.start, !Config.Concurrency.starts.contains(start) {
            problem("concurrency.start", start, "must be spawn, fork, or fork-after-import")
        }
        if let timeout = config.predictTimeout, Double(timeout).map({ !($0 > 0 && $0 < 1e9) }) ?? true {
            problem("predict_timeout", timeout, "must be a number of seconds above 0")
        }
        guard let max = config.concurrency.max else { return }
        if max < 1 {
            problem("concurrency.max", String(max), "must be at least 1")
        } else if max > 1, let text = config.build.pythonVersion, let version = Version(text),
            (version.major, version.minor) < (3, 11)
        {
            problem("concurrency.max", String(max), "concurrency requires Python 3.11 or higher")
        }
    }

    private mutating func checkObservability() {
        guard let observability = config.observability else { return }
        for found in ObservabilityCheck(observability, file: projectFile).problems {
            problem(found.field, found.value, found.message)
        }
    }

    private mutating func checkModel() {
        guard let model = config.model, !model.isEmpty else { return }
        if config.image != nil {
            problem("model", nil, "'model' and 'image' cannot both be set")
        }
        do {
            let reference = try ImageReference(model)
            if reference.tag != nil || reference.digest != nil {
                problem("model", model, "must be a bare repository — tags and digests are not allowed")
            }
        } catch {
            problem("model", model, "invalid repository: \(error)")
        }
    }

    private mutating func checkWeights() {
        guard !config.weights.isEmpty else { return }
        if config.model == nil {
            problem(
                "weights", nil, config.image == nil ? "weights require 'model'" : "weights require 'model', not 'image'"
            )
        }
        var names: Set<String> = []
        var targets: [String] = []
        for (index, weight) in config.weights.enumerated() {
            let field = "weights[\(index)]"
            checkWeightName(weight.name, field + ".name", &names)
            checkWeightTarget(weight.target, field + ".target", &targets)
            if weight.sources.isEmpty { problem(field + ".source", nil, "source is required") }
            for (index, source) in weight.sources.enumerated() {
                let item = field + ".source[\(index)]"
                // One source needs no list around it.
                let field = reader.places[item] == nil ? field + ".source" : item
                if (source.uri ?? "").isEmpty { problem(field, nil, "source is required") }
                checkPatterns(source.include, field + ".include")
                checkPatterns(source.exclude, field + ".exclude")
            }
        }
    }

    private mutating func checkWeightName(_ name: String?, _ field: String, _ names: inout Set<String>) {
        guard let name, !name.isEmpty else { return problem(field, nil, "name is required") }
        let characters = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "._-".contains($0)) }
        let ends = [name.first, name.last].allSatisfy { $0.map { $0.isLetter || $0.isNumber } ?? false }
        let doubled = zip(name, name.dropFirst()).contains { "._-".contains($0) && "._-".contains($1) }
        guard characters, ends, !doubled else {
            return problem(
                field, name, "must contain only lowercase alphanumeric characters, with single '.', '_' or '-' between")
        }
        if !names.insert(name).inserted { problem(field, name, "duplicate weight name") }
    }

    private mutating func checkWeightTarget(_ target: String?, _ field: String, _ targets: inout [String]) {
        guard let target, !target.isEmpty else { return problem(field, nil, "target is required") }
        guard target.hasPrefix("/") else { return problem(field, target, "target must be an absolute path") }
        let path = target.split(separator: "/").joined(separator: "/")
        guard !path.isEmpty else { return problem(field, target, "target must not be the container root") }
        if targets.contains(path) {
            problem(field, target, "duplicate weight target")
        } else if let other = targets.first(where: { path.hasPrefix($0 + "/") || $0.hasPrefix(path + "/") }) {
            problem(field, target, "target overlaps with /\(other): weight targets must be disjoint")
        }
        targets.append(path)
    }

    private mutating func checkPatterns(_ patterns: [String], _ field: String) {
        for (index, pattern) in patterns.enumerated() {
            let field = "\(field)[\(index)]"
            if pattern.isEmpty { problem(field, nil, "a pattern must not be empty") }
            if pattern.hasPrefix("!") {
                problem(field, pattern, "negation patterns (starting with '!') are not supported")
            }
            if pattern.contains("\\") { problem(field, pattern, "a pattern must not contain a backslash") }
        }
    }

    // MARK: - Presentation

    private mutating func problem(_ field: String, _ value: String?, _ message: String, shown: String? = nil) {
        // A message has one line, whatever the value.
        let value = value.map { " \"\($0.split(whereSeparator: \.isNewline).joined(separator: " "))\"" } ?? ""
        problems.append(reader.message("invalid \(shown ?? field)\(value): \(message)", about: field))
    }
}

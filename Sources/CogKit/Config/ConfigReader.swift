import Yams

/// Turns the text of `cog.yaml` into a `Config` and notes where every value stands.
///
/// A plain scalar where text is expected keeps its written form (`3.10` stays `3.10`).
package struct ConfigReader: Sendable {
    /// The values; complete only when `problems` is empty.
    package internal(set) var config = Config()
    /// Values of the wrong type, fit to print.
    package private(set) var problems: [String] = []
    /// Unknown keys, fit to print.
    package private(set) var warnings: [String] = []
    /// Where every key and item stands, by its dotted name: `build.run[0].command`.
    package private(set) var places: [String: SourceText.Place] = [:]
    /// Where the values that are scalars stand, by the same names.
    package private(set) var values: [String: SourceText.Place] = [:]
    /// What was read.
    package let text: SourceText
    /// `predict` and `run` as written; the config has one value for both.
    package private(set) var predictKey: String?
    package private(set) var runKey: String?

    private var file: String { text.file }

    /// Reads `text`, which came from the file called `file`.
    ///
    /// - Throws: `CogError.config` when the text is no YAML, has a key twice, or isn't a mapping.
    package init(_ text: String, file: String) throws(CogError) {
        self.text = SourceText(text, file: file)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            let failure = YAMLFailure(error, in: text)
            throw .config([unreadable(failure.reason, failure.place)])
        }
        guard let root, !isNull(root) else { return }
        guard let mapping = root.mapping else {
            let place = root.mark.map(SourceText.Place.init)
            throw .config([unreadable("the file must be a mapping of keys: write \"key: value\"", place)])
        }
        readTop(mapping)
    }

    // MARK: - Keys

    private mutating func readTop(_ mapping: Node.Mapping) {
        for (key, value, field) in entries(mapping, in: "") {
            switch key {
            case "build": readBuild(value, field)
            case "image": config.image = text(value, field)
            case "model": config.model = text(value, field)
            case "run": runKey = text(value, field)
            case "predict": predictKey = text(value, field)
            case "train": config.train = text(value, field)
            case "concurrency": readConcurrency(value, field)
            case "predict_timeout": config.predictTimeout = text(value, field)
            case "environment": config.environment = texts(value, field)
            case "examples": readExamples(value, field)
            case "weights": readWeights(value, field)
            default:
                unknown(
                    key, field,
                    among: [
                        "build", "image", "model", "run", "predict", "train", "concurrency", "predict_timeout",
                        "environment", "examples", "weights",
                    ])
            }
        }
        config.predict = [runKey, predictKey].compactMap { $0 }.first { !$0.isEmpty }
    }

    private mutating func readBuild(_ node: Node, _ field: String) {
        guard let mapping = mapping(node, field) else { return }
        for (key, value, field) in entries(mapping, in: field) {
            switch key {
            case "gpu": config.build.gpu = bool(value, field) ?? false
            case "python_version": config.build.pythonVersion = text(value, field)
            case "python_requirements": config.build.pythonRequirements = text(value, field)
            case "python_packages": config.build.pythonPackages = texts(value, field)
            case "system_packages": config.build.systemPackages = texts(value, field)
            case "run": config.build.run = runSteps(value, field)
            case "pre_install": config.build.preInstall = texts(value, field)
            case "cuda": config.build.cuda = text(value, field)
            case "cudnn": config.build.cudnn = text(value, field)
            case "sdk_version": config.build.sdkVersion = text(value, field)
            case "large_files": config.build.largeFiles = text(value, field)
            default:
                unknown(
                    key, field,
                    among: [
                        "gpu", "python_version", "python_requirements", "python_packages", "system_packages", "run",
                        "pre_install", "cuda", "cudnn", "sdk_version", "large_files",
                    ])
            }
        }
    }

    private mutating func readConcurrency(_ node: Node, _ field: String) {
        guard let mapping = mapping(node, field) else { return }
        for (key, value, field) in entries(mapping, in: field) {
            switch key {
            case "max": config.maxConcurrency = int(value, field)
            case "workers": config.workers = text(value, field)
            case "start": config.workerStart = text(value, field)
            case "default_target": _ = int(value, field)
            default: unknown(key, field, among: ["max", "workers", "start", "default_target"])
            }
        }
    }

    private mutating func runSteps(_ node: Node, _ field: String) -> [Config.RunStep] {
        var steps: [Config.RunStep] = []
        for (item, field) in items(node, field) {
            guard let mapping = item.mapping else {
                if let command = text(item, field) { steps.append(.init(command: command)) }
                continue
            }
            var step = Config.RunStep(command: "")
            for (key, value, field) in entries(mapping, in: field) {
                switch key {
                case "command": step.command = text(value, field) ?? ""
                case "mounts": step.mounts = mounts(value, field)
                default: unknown(key, field, among: ["command", "mounts"])
                }
            }
            steps.append(step)
        }
        return steps
    }

    private mutating func mounts(_ node: Node, _ field: String) -> [Config.Mount] {
        var mounts: [Config.Mount] = []
        for (item, field) in items(node, field) {
            guard let mapping = mapping(item, field) else { continue }
            var mount = Config.Mount(type: "", id: "", target: "")
            for (key, value, field) in entries(mapping, in: field) {
                switch key {
                case "type": mount.type = text(value, field) ?? ""
                case "id": mount.id = text(value, field) ?? ""
                case "target": mount.target = text(value, field) ?? ""
                default: unknown(key, field, among: ["type", "id", "target"])
                }
            }
            mounts.append(mount)
        }
        return mounts
    }

    private mutating func readWeights(_ node: Node, _ field: String) {
        for (item, field) in items(node, field) {
            guard let mapping = mapping(item, field) else { continue }
            var weight = Config.Weight()
            for (key, value, field) in entries(mapping, in: field) {
                switch key {
                case "name": weight.name = text(value, field)
                case "target": weight.target = text(value, field)
                case "source": weight.sources = weightSources(value, field)
                default: unknown(key, field, among: ["name", "target", "source"])
                }
            }
            config.weights.append(weight)
        }
    }

    private mutating func weightSources(_ node: Node, _ field: String) -> [Config.Weight.Source] {
        if node.scalar != nil { return [.init(uri: text(node, field))] }
        let parts = node.sequence == nil ? [(node, field)] : items(node, field)
        var sources: [Config.Weight.Source] = []
        for (item, field) in parts {
            guard let mapping = mapping(item, field) else { continue }
            var source = Config.Weight.Source()
            for (key, value, field) in entries(mapping, in: field) {
                switch key {
                case "uri": source.uri = text(value, field)
                case "include": source.include = texts(value, field)
                case "exclude": source.exclude = texts(value, field)
                default: unknown(key, field, among: ["uri", "include", "exclude"])
                }
            }
            sources.append(source)
        }
        return sources
    }

    // MARK: - Values

    mutating func entries(_ mapping: Node.Mapping, in parent: String) -> [(String, Node, String)] {
        Self.merged(mapping).map { key, value in
            let name = key.scalar?.string ?? ""
            let field = parent.isEmpty ? name : parent + "." + name
            places[field] = key.mark.map(SourceText.Place.init)
            if value.scalar != nil { values[field] = value.mark.map(SourceText.Place.init) }
            return (name, value, field)
        }
    }

    /// The pairs of a mapping; `<<` adds what the mappings it names have and this one lacks.
    private static func merged(_ mapping: Node.Mapping) -> [(key: Node, value: Node)] {
        var pairs = mapping.filter { $0.key.scalar?.string != "<<" }
        for (key, value) in mapping where key.scalar?.string == "<<" {
            let sources = value.sequence.map(Array.init) ?? [value]
            for pair in sources.compactMap(\.mapping).flatMap(merged)
            where !pairs.contains(where: { $0.key == pair.key }) {
                pairs.append(pair)
            }
        }
        return pairs
    }

    mutating func items(_ node: Node, _ field: String) -> [(Node, String)] {
        if isNull(node) { return [] }
        guard let sequence = node.sequence else {
            wrongType(node, field, "a list")
            return []
        }
        return sequence.enumerated().map { index, item in
            let name = "\(field)[\(index)]"
            places[name] = item.mark.map(SourceText.Place.init)
            return (item, name)
        }
    }

    mutating func mapping(_ node: Node, _ field: String) -> Node.Mapping? {
        if isNull(node) { return nil }
        if let mapping = node.mapping { return mapping }
        wrongType(node, field, "a mapping")
        return nil
    }

    private mutating func text(_ node: Node, _ field: String) -> String? {
        if isNull(node) { return nil }
        if let scalar = node.scalar { return scalar.string }
        wrongType(node, field, "text")
        return nil
    }

    private mutating func texts(_ node: Node, _ field: String) -> [String] {
        var texts: [String] = []
        for (item, field) in items(node, field) {
            if let text = text(item, field) { texts.append(text) }
        }
        return texts
    }

    private mutating func bool(_ node: Node, _ field: String) -> Bool? {
        if isNull(node) { return nil }
        if let scalar = node.scalar, scalar.style == .any || scalar.style == .plain {
            switch scalar.string.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: break
            }
        }
        wrongType(node, field, "true or false")
        return nil
    }

    private mutating func int(_ node: Node, _ field: String) -> Int? {
        if isNull(node) { return nil }
        if let scalar = node.scalar, let value = Int(scalar.string) { return value }
        wrongType(node, field, "a whole number")
        return nil
    }

    private mutating func wrongType(_ node: Node, _ field: String, _ expected: String) {
        let got: String
        if let scalar = node.scalar {
            got = "\"\(scalar.string)\""
        } else {
            got = node.mapping == nil ? "a list" : "a mapping"
        }
        problems.append(
            unreadable(
                "\(field) must be \(expected), not \(got)", node.mark.map(SourceText.Place.init) ?? places[field]))
    }

    private func unreadable(_ reason: String, _ place: SourceText.Place?) -> String {
        let line = place.map { "line \($0.line), column \($0.column): " } ?? ""
        return "failed to parse \(file): invalid YAML: \(line)\(reason)" + (place.map(text.excerpt) ?? "")
    }

    private mutating func unknown(_ key: String, _ field: String, among known: [String]) {
        let near = Suggestion.near(key, among: known).first
        let hint = near.map { "did you mean \"\($0)\"?" } ?? "the keys here are \(known.joined(separator: ", "))"
        warnings.append(text.message("unknown key \"\(field)\" (\(hint))", at: places[field]))
    }

    func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .any || scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

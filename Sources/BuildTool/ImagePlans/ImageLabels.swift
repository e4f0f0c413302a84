import JSON
package import ModelConfig
package import ModelSchema
import ToolBasics

/// The labels of a finished image.
package enum ImageLabels {
    /// What a finished image says of itself.
    ///
    /// - Parameters:
    ///   - document: nil for images without one.
    ///   - pipFreeze: the Python packages inside, one a line.
    package static func all(_ plan: BuildPlan, _ document: ModelDocument?, pipFreeze: String) -> [String: String] {
        var labels = [
            "run.cog.version": ProgramVersion.current,
            "run.cog.config": config(plan.config),
            "run.cog.openapi_schema": document.map(schema) ?? "",
            "run.cog.pip_freeze": pipFreeze,
            "run.cog.has_init": "true",
        ]
        if case .cog(let name, _) = plan.base { labels["run.cog.cog-base-image-name"] = name }
        return labels
    }

    /// The document with sorted keys: on one line, or indented where it describes a training too.
    static func schema(_ document: ModelDocument) -> String {
        let hasBoth = document.component("Input") != nil && document.component("TrainingInput") != nil
        return document.root.text(indented: hasBoth)
    }

    /// What an image says of the prepared image it is based on, so that registries can tell the two apart.
    ///
    /// - Parameter layers: the digests of the base image's layers, first to last.
    package static func base(layers: [String]) -> [String: String] {
        guard let last = layers.last else { return [:] }
        return [
            "run.cog.cog-base-image-last-layer-sha": last,
            "run.cog.cog-base-image-last-layer-idx": String(layers.count - 1),
        ]
    }

    /// The effective configuration as compact JSON, keys in a fixed order, absent and empty ones left out.
    package static func config(_ config: Config) -> String {
        var build: [String] = []
        if config.build.gpu { build.append("\"gpu\":true") }
        add("python_version", config.build.pythonVersion, to: &build)
        add("python_requirements", config.build.pythonRequirements, to: &build)
        add("python_packages", config.build.pythonPackages, to: &build)
        let steps = config.build.run.map { step -> String in
            let mounts = step.mounts.map { mount in
                object([("type", mount.type), ("id", mount.id), ("target", mount.target)].map(pair))
            }
            let command = [pair(("command", step.command))]
            return object(command + (mounts.isEmpty ? [] : ["\"mounts\":[\(mounts.joined(separator: ","))]"]))
        }
        if !steps.isEmpty { build.append("\"run\":[\(steps.joined(separator: ","))]") }
        add("system_packages", config.build.systemPackages, to: &build)
        add("pre_install", config.build.preInstall, to: &build)
        add("cuda", config.build.cuda, to: &build)
        add("cudnn", config.build.cudnn, to: &build)
        add("sdk_version", config.build.sdkVersion, to: &build)
        var members = ["\"build\":" + object(build)]
        add("image", config.image, to: &members)
        add("model", config.model, to: &members)
        add("predict", config.predict, to: &members)
        add("train", config.train, to: &members)
        var concurrency: [String] = []
        if let max = config.concurrency.max { concurrency.append("\"max\":\(max)") }
        if let workers = config.concurrency.workers {
            concurrency.append("\"workers\":" + (Int(workers).map { "\($0)" } ?? "\"auto\""))
        }
        if let start = config.concurrency.start { concurrency.append(pair(("start", start))) }
        if !concurrency.isEmpty { members.append("\"concurrency\":" + object(concurrency)) }
        if let timeout = config.predictTimeout.flatMap(Double.init) {
            members.append("\"predict_timeout\":" + (Int(exactly: timeout).map { "\($0)" } ?? "\(timeout)"))
        }
        add("environment", config.environment, to: &members)
        if let observability = config.observability {
            members.append("\"observability\":" + self.observability(observability))
        }
        let weights = config.weights.map(weight)
        if !weights.isEmpty { members.append("\"weights\":[\(weights.joined(separator: ","))]") }
        return object(members)
    }

    private static func observability(_ observability: Config.Observability) -> String {
        var members: [String] = []
        add("config", observability.config, to: &members)
        if let traces = observability.traces {
            var parts = traces.enabled.map { ["\"enabled\":\($0)"] } ?? []
            add("sampler", traces.sampler, to: &parts)
            add("sampler_arg", traces.samplerArgument, to: &parts)
            add("trace_header", traces.header, to: &parts)
            add("trace_header_format", traces.headerFormat, to: &parts)
            members.append("\"traces\":" + object(parts))
        }
        return object(members)
    }

    private static func weight(_ weight: Config.Weight) -> String {
        var members: [String] = []
        add("name", weight.name, to: &members)
        add("target", weight.target, to: &members)
        let sources = weight.sources.map { source in
            var members: [String] = []
            add("uri", source.uri, to: &members)
            add("include", source.include, to: &members)
            add("exclude", source.exclude, to: &members)
            return object(members)
        }
        // A single source is written without a list, as in most files.
        members.append("\"source\":" + (sources.count == 1 ? sources[0] : "[\(sources.joined(separator: ","))]"))
        return object(members)
    }

    private static func add(_ key: String, _ value: String?, to members: inout [String]) {
        if let value, !value.isEmpty { members.append(pair((key, value))) }
    }

    private static func add(_ key: String, _ values: [String], to members: inout [String]) {
        guard !values.isEmpty else { return }
        members.append("\"\(key)\":[\(values.map(JSONTree.quoted).joined(separator: ","))]")
    }

    private static func pair(_ pair: (String, String)) -> String { "\"\(pair.0)\":" + JSONTree.quoted(pair.1) }

    private static func object(_ members: [String]) -> String { "{" + members.joined(separator: ",") + "}" }
}

import Yams

// The keys of cog.yaml, in the order of the reference page. A key is a row here, and nothing else knows its name.

/// The file as it is read: the configuration, and `run` and `predict` as written.
struct ConfigFile {
    var config = Config()
    var run: String?
    var predict: String?

    static var keys: ConfigTable<ConfigFile> {
        ConfigTable([
            .part("build", \.config.build, Config.Build.keys, "What is in the image."),
            .text("image", \.config.image, "The image's name.", standard: "`cog-` and the directory's name"),
            .text("model", \.config.model, "The repository to push to, without a tag."),
            .text("run", \.run, "The class or function that predicts, as `file.py:Name`."),
            .text("predict", \.predict, "The older name of `run`."),
            .text("train", \.config.train, "The class or function that trains, as `file.py:Name`."),
            .part(
                "concurrency", \.config.concurrency, Config.Concurrency.keys,
                "How many predictions run at a time, and in how many processes."),
            .text(
                "predict_timeout", \.config.predictTimeout, "How many seconds a prediction may take.", form: .number,
                standard: "no limit"),
            .texts("environment", \.config.environment, "Environment variables of the image, each as `NAME=VALUE`."),
            .part(
                "observability", \.config.observability, from: Config.Observability(), Config.Observability.keys,
                "What the running model reports to OpenTelemetry."),
            ConfigKey(
                "examples", .list(of: .anyMapping),
                "Complete inputs of the model, which its page offers to fill in the form."
            ) { reader, node, field, target in
                target.config.examples = reader.examples(node, field)
            },
            .parts(
                "weights", \.config.weights, from: Config.Weight(), Config.Weight.keys,
                "Weights that the model needs. They are checked and recorded, but not downloaded."),
        ])
    }
}

extension Config.Concurrency {
    static var keys: ConfigTable<Self> {
        ConfigTable([
            ConfigKey(
                "max", .integer(atLeast: 1), "How many predictions one worker runs at a time.", standard: "1",
                replacement: "@cog.concurrent(max=…)"
            ) { reader, node, field, target in
                target.max = reader.int(node, field)
            },
            .text(
                "workers", \.workers, "How many processes run the model; `auto` means one for each GPU.",
                form: .either([.integer(atLeast: 1), .text(choices: ["auto"])]), standard: "1"),
            .text(
                "start", \.start, "How these processes come into being.",
                form: .text(choices: Config.Concurrency.starts), standard: "`spawn`"),
            ConfigKey("default_target", .integer(), "Accepted for older files. It has no effect.") {
                reader, node, field, _ in
                _ = reader.int(node, field)
            },
        ])
    }
}

extension Config.Build {
    static var keys: ConfigTable<Self> {
        ConfigTable([
            ConfigKey("gpu", .bool, "Whether the model needs a GPU.", standard: "`false`") {
                reader, node, field, target in
                target.gpu = reader.bool(node, field) ?? false
            },
            .text(
                "python_version", \.pythonVersion, "The version of Python, as `X.Y` or `X.Y.Z`; 3.10 or newer.",
                standard: "3.13, or the newest that the pinned framework supports"),
            .text("python_requirements", \.pythonRequirements, "The path of a requirements file."),
            .texts(
                "python_packages", \.pythonPackages, "Python packages, each a line of a requirements file.",
                replacement: "build.python_requirements"),
            .texts("system_packages", \.systemPackages, "Packages that `apt-get` installs."),
            ConfigKey(
                "run", .list(of: .either([.text(), Config.RunStep.keys.form])),
                "Commands that run after everything is installed and before the project is copied."
            ) { reader, node, field, target in
                target.run = reader.items(node, field).compactMap { item, field in
                    if item.mapping == nil { return reader.text(item, field).map { Config.RunStep(command: $0) } }
                    return reader.part(item, field, from: Config.RunStep(command: ""), Config.RunStep.keys)
                }
            },
            .texts("pre_install", \.preInstall, "Commands that run after those of `run`.", replacement: "build.run"),
            .text(
                "cuda", \.cuda, "The version of CUDA, as `X.Y` or `X.Y.Z`; 11 or newer.",
                standard: "the newest that the pinned framework supports, else 11.8"),
            .text("cudnn", \.cudnn, "The major version of cuDNN.", standard: "the newest for the CUDA version"),
            .text(
                "sdk_version", \.sdkVersion, "A release of the package `cog` on PyPI, or `prerelease`.",
                standard: "the SDK that came with the program"),
            .text(
                "large_files", \.largeFiles,
                "Files above this size get layers of their own: a size such as `50MB`, or `false`.",
                standard: "`50MB`"),
        ])
    }
}

extension Config.RunStep {
    static var keys: ConfigTable<Self> {
        ConfigTable([
            ConfigKey("command", .text(), "The command.", isRequired: true) { reader, node, field, target in
                target.command = reader.text(node, field) ?? ""
            },
            .parts(
                "mounts", \.mounts, from: Config.Mount(type: "", id: "", target: ""), Config.Mount.keys,
                "Files that only this command sees."),
        ])
    }
}

extension Config.Mount {
    static var keys: ConfigTable<Self> {
        func text(_ name: String, _ path: WritableKeyPath<Self, String>, _ summary: String) -> ConfigKey<Self> {
            ConfigKey(name, .text(), summary) { reader, node, field, target in
                target[keyPath: path] = reader.text(node, field) ?? ""
            }
        }
        return ConfigTable([
            text("type", \.type, "`secret`; other types have no effect."),
            text("id", \.id, "The name that `--secret` gives the secret."),
            text("target", \.target, "The path where the command finds it."),
        ])
    }
}

extension Config.Weight {
    static var keys: ConfigTable<Self> {
        ConfigTable([
            .text(
                "name", \.name, "Lower-case letters and digits, with single `.`, `_`, or `-` between.", isRequired: true
            ),
            .text("target", \.target, "An absolute path in the container.", isRequired: true),
            ConfigKey(
                "source", .either([.text(), Source.keys.form, .list(of: Source.keys.form)]),
                "Where the files come from.", isRequired: true
            ) { reader, node, field, target in
                if node.scalar != nil {
                    target.sources = [Source(uri: reader.text(node, field))]
                    return
                }
                // One source needs no list around it.
                let parts = node.sequence == nil ? [(node, field)] : reader.items(node, field)
                target.sources = parts.compactMap { reader.part($0.0, $0.1, from: Source(), Source.keys) }
            },
        ])
    }
}

extension Config.Weight.Source {
    static var keys: ConfigTable<Self> {
        ConfigTable([
            .text("uri", \.uri, "The address of the files.", isRequired: true),
            .texts("include", \.include, "Patterns of the files to take."),
            .texts("exclude", \.exclude, "Patterns of the files to leave out."),
        ])
    }
}

extension Config.Observability {
    static var keys: ConfigTable<Self> {
        ConfigTable(
            isStrict: true,
            [
                .text("config", \.config, "A Python file of the project that makes the model's tracer provider."),
                .part("traces", \.traces, from: Traces(), Traces.keys, "Traces of predictions."),
            ])
    }
}

extension Config.Observability.Traces {
    static var keys: ConfigTable<Self> {
        ConfigTable(
            isStrict: true,
            [
                .bool("enabled", \.enabled, "Whether the image can trace.", isRequired: true),
                .text(
                    "sampler", \.sampler, "Which traces are recorded.", form: .text(choices: Self.samplers),
                    standard: "`\(Self.standardSampler)`"),
                .text(
                    "sampler_arg", \.samplerArgument, "The share of traces, `\"0\"` to `\"1\"`, for ratio samplers.",
                    form: .either([.text(), .number])),
                .text("trace_header", \.header, "A request header that may carry the caller's trace."),
                .text(
                    "trace_header_format", \.headerFormat, "How that header is written.",
                    form: .text(choices: Self.headerFormats), standard: "`w3c`"),
            ])
    }
}

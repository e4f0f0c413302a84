import PythonPackages
import Testing

@testable import ModelConfig

private func problems(
    _ text: String, files: Set<String> = [], requirements: [String] = [], file: ProjectFile = .regular
) throws -> [String] {
    let reader = try ConfigReader(text, file: "cog.yaml")
    #expect(reader.problems.isEmpty)
    var validator = ConfigValidator(
        reader, file: "cog.yaml", requirements: Requirements(packages: requirements),
        fileExists: { files.contains($0) }, projectFile: { _ in file })
    return validator.validate()
}

@Suite struct ConfigValidatorTests {
    @Test(arguments: [
        "", "run: a.py:B", "build: {python_version: '3.10'}", "build: {python_version: 3.12.4}",
        "build: {gpu: true, cuda: '12.4', cudnn: '9'}", "environment: [A=1, _B=]", "model: r.example/me/it",
        "concurrency: {max: 2, workers: auto, start: fork}", "predict_timeout: 0.5", "build: {large_files: false}",
        "build: {system_packages: ['ffmpeg=7:5.1.6-0 libgl1']}", "build: {sdk_version: prerelease}",
        "observability: {traces: {enabled: true, sampler: traceidratio, sampler_arg: '0.1', trace_header: X-Trace}}",
        "model: a/b\nweights: [{name: a.b-c, target: /w, source: hf://a}]",
    ])
    func rightFiles(text: String) throws {
        #expect(try problems(text) == [])
    }

    @Test(arguments: [
        ("run: a.py:B\npredict: a.py:B", "only one of run or predict can be set"),
        ("run: a.py", "must be in the form 'run.py:Runner'"),
        ("train: 'a.py:'", "must be in the form 'train.py:Trainer'"),
        ("build: {python_version: '3'}", "must include major and minor version"),
        ("build: {python_version: '3.9'}", "minimum supported Python version is 3.10"),
        ("build: {python_version: '3.x'}", "invalid minor version number"),
        ("build: {python_version: '3.12.1.1'}", "must be in the form X.Y or X.Y.Z"),
        ("build: {python_requirements: r.txt}", "file does not exist"),
        ("build: {python_requirements: there.txt, python_packages: [a]}", "only one of python_packages or"),
        ("build: {cuda: '12'}", "must include both major and minor versions"),
        ("build: {cuda: '10.2'}", "minimum supported CUDA version is 11"),
        ("build: {gpu: true, cuda: '12.4', cudnn: '8'}", "compatible CuDNN versions are: 9"),
        ("environment: [A]", "is not in the KEY=VALUE format"), ("environment: [A=1, A=2]", "is already defined"),
        ("environment: [PATH=/x]", "reserved for internal use"),
        ("environment: [OTEL_X=1]", "use observability in cog.yaml"),
        ("environment: [\"A=a\\nb\"]", "has a new line in its value"),
        ("concurrency: {max: 0}", "must be at least 1"), ("concurrency: {workers: many}", "at least 1, or auto"),
        ("concurrency: {start: thread}", "must be spawn, fork, or fork-after-import"),
        ("concurrency: {max: 2}\nbuild: {python_version: '3.10'}", "concurrency requires Python 3.11"),
        ("predict_timeout: soon", "must be a number of seconds above 0"),
        ("model: a/b\nimage: c", "'model' and 'image' cannot both be set"), ("model: a/b:v1", "bare repository"),
        ("model: A", "invalid repository"), ("build: {large_files: much}", "must be a size such as 50MB"),
        ("build: {system_packages: ['a;b']}", "must be the name of a package"),
        ("build: {run: ['echo \\']}", "must not end with a backslash"),
        ("build: {run: ['cat <<EOF']}", "must not begin a here-document"),
        ("build: {run: [{command: c, mounts: [{type: secret, id: 'a b', target: /t}]}]}", "must consist of letters"),
        ("observability: {traces: {}}", "is required"),
        ("observability: {traces: {enabled: true, sampler: x}}", "must be a supported OpenTelemetry sampler"),
        ("observability: {traces: {enabled: true, sampler_arg: '1'}}", "is only valid for ratio samplers"),
        ("observability: {traces: {enabled: true, sampler: traceidratio, sampler_arg: '2'}}", "between 0 and 1"),
        ("observability: {traces: {enabled: true, trace_header: Cookie}}", "non-reserved HTTP header name"),
        ("observability: {traces: {enabled: true, trace_header_format: b3}}", "must be w3c or jaeger"),
        ("observability: {config: ../t.py, traces: {enabled: true}}", "must be a project-relative Python file"),
        ("observability: {config: t.txt, traces: {enabled: true}}", "ending in .py"),
        ("observability: {config: t.py, traces: {enabled: false}}", "requires observability.traces.enabled"),
    ])
    func mistakes(text: String, problem: String) throws {
        let found = try problems(text, files: ["there.txt"])
        #expect(found.count == 1)
        #expect(found.first?.contains(problem) == true, "\(found)")
        #expect(found.first?.hasPrefix("cog.yaml:") == true)
    }

    @Test(arguments: [
        (ProjectFile.missing, "file does not exist"), (.unresolvable, "file cannot be resolved"),
        (.outside, "must resolve inside the project directory"), (.other, "must be a regular file"),
    ])
    func filesOfObservability(file: ProjectFile, problem: String) throws {
        let text = "observability: {config: t.py, traces: {enabled: true}}"
        #expect(try problems(text, file: file).first?.contains(problem) == true)
        #expect(try problems(text, file: .regular) == [])
    }

    @Test(arguments: [
        ("{target: /w, source: a}", "name is required"), ("{name: A, target: /w, source: a}", "lowercase alphanumeric"),
        ("{name: a--b, target: /w, source: a}", "with single '.', '_' or '-'"),
        ("{name: a, source: a}", "target is required"), ("{name: a, target: w, source: a}", "absolute path"),
        ("{name: a, target: //, source: a}", "container root"), ("{name: a, target: /w}", "source is required"),
        ("{name: a, target: /w, source: {uri: a, include: ['!x']}}", "negation patterns"),
        ("{name: a, target: /w, source: {uri: a, exclude: ['']}}", "a pattern must not be empty"),
        ("{name: a, target: /w, source: a}, {name: a, target: /v, source: a}", "duplicate weight name"),
        ("{name: a, target: /w, source: a}, {name: b, target: /w/, source: a}", "duplicate weight target"),
        ("{name: a, target: /w, source: a}, {name: b, target: /w/x, source: a}", "overlaps with /w"),
    ])
    func weights(items: String, problem: String) throws {
        let found = try problems("model: a/b\nweights: [\(items)]")
        #expect(found.count == 1)
        #expect(found.first?.contains(problem) == true, "\(found)")
        #expect(try problems("weights: [{name: a, target: /w, source: a}]").first?.contains("require 'model'") == true)
    }

    @Test func tensorFlowNeedsItsCUDA() throws {
        let text = "build: {gpu: true, cuda: '11.8'}"
        let found = try problems(text, requirements: ["tensorflow==2.16.1"])
        #expect(found.count == 1)
        #expect(found.first?.contains("TensorFlow 2.16.1 requires CUDA 12.3") == true)
    }

    @Test func deprecations() throws {
        let reader = try ConfigReader(
            "predict: a.py:B\nbuild:\n  pre_install: [a]\nconcurrency: {max: 1}", file: "c.yaml")
        #expect(
            ConfigValidator.deprecations(in: reader, file: "c.yaml") == [
                "c.yaml:3:3: deprecated field \"build.pre_install\": use \"build.run\" instead",
                "c.yaml:4:15: deprecated field \"concurrency.max\": use \"@cog.concurrent(max=…)\" instead",
            ])
    }
}

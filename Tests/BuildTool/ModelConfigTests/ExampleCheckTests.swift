import ModelSchema
import Testing

@testable import ModelConfig

private let document = """
    {"openapi": "3.0.2", "info": {}, "paths": {}, "components": {"schemas": {"Input": {"required": ["n"], "properties": {
      "n": {"type": "integer", "maximum": 3}, "file": {"type": "string", "format": "uri"}
    }}}}}
    """

private func problems(_ example: String) throws -> [String] {
    let reader = try ConfigReader("examples:\n  - \(example)", file: "c.yaml")
    return ExampleCheck(reader, try ModelDocument(document)).problems()
}

@Test(arguments: ["{}", "{n: 3}", "{file: 'https://h/a'}", "{n: 1, file: 'data:text/plain,a'}"])
func examplesThatFit(example: String) throws {
    #expect(try problems(example) == [])
}

/// Each problem has its place.
@Test(arguments: [
    ("{n: 4}", "c.yaml:2:9: invalid examples[0].n: invalid input \"n\": number must be at most 3"),
    ("{file: a.png}", "a file must be an address"),
    ("{other: 1}", "unknown input \"other\"; valid inputs are: file, n"),
    ("{n: x}", "expected integer, got string"),
])
func examplesThatDoNotFit(example: String, problem: String) throws {
    let found = try problems(example)
    #expect(found.count == 1)
    #expect(found.first?.contains(problem) == true, "\(found)")
}

@Test(arguments: [
    ("CUDA_HOME", true), ("R8_X", true), ("PATH", true), ("MY_PATH", false), ("COG_TRACE_X", false),
])
func reservedNames(name: String, isReserved: Bool) {
    #expect(ReservedNames.contains(name) == isReserved)
}

/// What the server gets from the file, and what an image that can trace gets besides.
@Test func variablesOfTheServer() throws {
    let config = try ConfigReader(
        """
        concurrency: {max: 2, workers: 3, start: fork}
        predict_timeout: 9
        observability: {config: t.py, traces: {enabled: true, trace_header: X}}
        """, file: "c.yaml"
    ).config
    #expect(
        config.serverVariables.map { "\($0.name)=\($0.value)" } == [
            "COG_MAX_CONCURRENCY=2", "COG_WORKERS=3", "COG_WORKER_START=fork", "COG_PREDICTION_TIMEOUT=9",
        ])
    let tracing = try #require(config.tracing)
    #expect(tracing.file == "t.py")
    #expect(
        tracing.variables.map { "\($0.name)=\($0.value)" } == [
            "COG_TRACE_CONFIGURED=true", "COG_TRACE_ENABLED=true", "COG_TRACE_SAMPLER=parentbased_always_off",
            "COG_TRACE_HEADER=X", "COG_TRACE_HEADER_FORMAT=w3c", "COG_OBSERVABILITY_CONFIG=/.cog/telemetry.py",
        ])
    #expect(Config().tracing == nil)
}

/// BuildKit would take `<<` for the beginning of a document.
@Test func examplesForTheSDK() throws {
    let config = try ConfigReader("examples: [{a: '<<x'}]", file: "c.yaml").config
    #expect(config.exampleVariables.map(\.value) == [#"[{"a":"\u003c\u003cx"}]"#])
    #expect(Config().exampleVariables.isEmpty)
}

@Test(arguments: [
    ("uv pip install a", true), ("cd x && uvx tool", true), ("echo uv-like", false), ("/usr/bin/uv x", false),
    ("pip install uvicorn", false),
])
func stepsThatCallUV(step: String, uses: Bool) {
    var build = Config.Build()
    build.run = [.init(command: step)]
    #expect(build.usesUV == uses)
}

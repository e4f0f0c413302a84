import JSON
import Testing
import ToolBasics

@testable import ModelConfig

private func read(_ text: String) throws -> ConfigReader { try ConfigReader(text, file: "cog.yaml") }

@Suite struct ConfigReaderTests {
    /// Scalars keep their written form; a key without a value counts as missing.
    @Test func values() throws {
        let config = try read(
            """
            build:
              gpu: on
              python_version: 3.10
              cuda: 11.8
              python_packages: ["six==1.0", torch]
              run:
                - echo one
                - command: echo two
                  mounts: [{type: secret, id: i, target: /t}]
              system_packages: ~
            concurrency: {max: 2, workers: auto}
            predict_timeout: 1.50
            environment: [A=1]
            run: run.py:Runner
            train:
            """
        ).config
        #expect(config.build.gpu)
        #expect(config.build.pythonVersion == "3.10")
        #expect(config.build.cuda == "11.8")
        #expect(config.build.pythonPackages == ["six==1.0", "torch"])
        #expect(
            config.build.run == [
                .init(command: "echo one"),
                .init(command: "echo two", mounts: [.init(type: "secret", id: "i", target: "/t")]),
            ])
        #expect(config.build.systemPackages == [])
        #expect(config.concurrency.max == 2)
        #expect(config.concurrency.workers == "auto")
        #expect(config.predictTimeout == "1.50")
        #expect(config.environment == ["A=1"])
        #expect(config.predict == "run.py:Runner")
        #expect(config.train == nil)
    }

    @Test func emptyFiles() throws {
        for text in ["", "# nothing", "~", "---"] {
            let reader = try read(text)
            #expect(reader.config == Config())
            #expect(reader.problems.isEmpty)
        }
    }

    /// `<<` adds what a mapping lacks.
    @Test func mergedMappings() throws {
        let text = "x: &x {gpu: true, cuda: '12.4'}\nbuild:\n  <<: *x\n  cuda: '11.8'\n"
        let config = try read(text).config
        #expect(config.build.gpu)
        #expect(config.build.cuda == "11.8")
    }

    @Test(arguments: [
        ("build: []", "build must be a mapping, not a list"),
        ("build: {gpu: maybe}", "build.gpu must be true or false, not \"maybe\""),
        ("build: {gpu: 'true'}", "build.gpu must be true or false, not \"true\""),
        ("environment: {A: 1}", "environment must be a list, not a mapping"),
        ("concurrency: {max: 1.5}", "concurrency.max must be a whole number, not \"1.5\""),
        ("build: {run: [{command: []}]}", "build.run[0].command must be text, not a list"),
        ("observability: {traces: {on: true}}", "unknown key \"observability.traces.on\""),
    ])
    func problems(text: String, problem: String) throws {
        let problems = try read(text).problems
        #expect(problems.count == 1)
        #expect(problems.first?.contains(problem) == true)
    }

    /// Unknown keys elsewhere are warnings, with what was meant.
    @Test(arguments: [
        ("bild: {}", "cog.yaml:1:1: unknown key \"bild\" (did you mean \"build\"?)"),
        ("build:\n  gpus: true", "cog.yaml:2:3: unknown key \"build.gpus\" (did you mean \"gpu\"?)"),
        ("zzzzz: 1", "(the keys here are build, image,"),
    ])
    func unknownKeys(text: String, warning: String) throws {
        let warnings = try read(text).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(warning) == true)
    }

    @Test(arguments: [
        ("a: 1\na: 2", "duplicate key \"a\": keep one of them"), ("- a", "the file must be a mapping of keys"),
        ("a:\n\tb: 1", "a tab can't indent a line: use spaces"), ("a: b: c", "put a space after each colon"),
        ("a: @b", "put the value in quotes"), ("a: [b", "did not find expected"),
    ])
    func otherTexts(text: String, reason: String) {
        #expect {
            _ = try read(text)
        } throws: {
            "\($0)".hasPrefix("failed to parse cog.yaml: invalid YAML: ") && "\($0)".contains(reason)
        }
    }

    /// Where things are; for what is missing, the nearest thing around it.
    @Test func places() throws {
        let reader = try read("build:\n  run:\n    - one\n    - two\nimage: x")
        #expect(reader.place(of: "build.run[1]") == .init(line: 4, column: 7))
        #expect(reader.place(of: "image") == .init(line: 5, column: 8))
        #expect(reader.place(of: "build.run[7].mounts") == .init(line: 2, column: 3))
        #expect(reader.place(of: "model") == nil)
        #expect(reader.message("wrong", about: "image") == "cog.yaml:5:8: wrong\n  image: x\n         ^")
    }

    @Test func examples() throws {
        let text = "examples:\n  - {a: 1, b: 1.50, c: 'no', d: yes, e: [true, ~], f: {g: text}, h: 0x1}"
        let example = try #require(try read(text).config.examples.first)
        #expect(
            example.text() == #"{"a":1,"b":1.50,"c":"no","d":"yes","e":[true,null],"f":{"g":"text"},"h":"0x1"}"#)
    }

    /// The older name counts where the newer one is missing or empty.
    @Test func olderNames() throws {
        #expect(try read("predict: a.py:A").config.predict == "a.py:A")
        #expect(try read("run: ''\npredict: a.py:A").config.predict == "a.py:A")
        #expect(try read("run: b.py:B\npredict: a.py:A").config.predict == "b.py:B")
    }
}

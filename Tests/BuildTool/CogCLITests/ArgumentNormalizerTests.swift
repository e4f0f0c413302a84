import Testing

@testable import CogCLI

private let forms = OptionForms(
    withValue: ["--input", "-i", "--file", "-f", "--setup-timeout"], flags: ["--debug", "--stream"],
    truths: ["--use-cog-base-image"])
private var normalizer: ArgumentNormalizer {
    ArgumentNormalizer(
        commands: ["predict", "exec", "serve"], passing: "exec",
        global: { OptionForms(withValue: ["--registry"], flags: ["--debug", "--no-color"]) }, forms: { _ in forms })
}

private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

@Suite struct ArgumentNormalizerTests {
    @Test(arguments: [
        ("--debug predict -i a=1", "predict --debug -i a=1"), ("--registry h predict", "predict --registry h"),
        ("--registry=h --no-color exec x", "exec --registry=h --no-color x"), ("predict --debug", "predict --debug"),
        ("--debug", ""), ("--unknown predict", "--unknown predict"), ("--debug --help", "--help"),
    ])
    func globalOptionsMoveBehindTheCommand(given: String, expected: String) {
        #expect(normalizer.withCommandFirst(words(given)) == words(expected))
    }

    @Test(arguments: [
        ("predict -ia=1", "predict -i a=1"), ("predict -i=a=1", "predict -i a=1"),
        ("predict --input=a=1", "predict --input=a=1"),
        ("predict --debug=true", "predict --debug"), ("predict --debug=0 x", "predict x"),
        ("predict --debug=maybe", "predict --debug=maybe"),
        ("predict --use-cog-base-image", "predict --use-cog-base-image=true"),
        ("predict --use-cog-base-image=F", "predict --use-cog-base-image=false"),
        ("predict -i --debug=true", "predict -i --debug=true"), ("predict -- --debug=true", "predict -- --debug=true"),
        ("exec --debug=1 python -ix --debug=1", "exec --debug python -ix --debug=1"), ("other -ia=1", "other -ia=1"),
    ])
    func optionsAreWrittenInOneWay(given: String, expected: String) {
        #expect(normalizer.withPlainOptions(words(given)) == words(expected))
    }

    @Test(
        arguments: [
            ("predict", nil), ("--debug", nil), ("help", nil), ("help predict", nil), ("", nil),
            ("pedict", "unknown command \"pedict\" for \"cog\"\n\nDid you mean this?\n\tpredict\n"),
            ("http", "unknown command \"http\" for \"cog\"\n\nDid you mean this?\n\tserve\n"),
            ("help frobnicate", "unknown command \"frobnicate\" for \"cog\""),
        ] as [(String, String?)])
    func unknownCommands(given: String, message: String?) {
        #expect(normalizer.unknownCommand(words(given)) == message)
    }
}

@Suite struct OptionFormsTests {
    /// What is declared to the parser is declared nowhere else.
    @Test func declaredOptions() {
        let forms = Cog.forms(of: PredictCommand.self)
        #expect(forms.withValue.isSuperset(of: ["--input", "-i", "--setup-timeout", "--gpus"]))
        #expect(forms.flags.isSuperset(of: ["--stream", "--debug"]))
        #expect(forms.truths == ["--use-cog-base-image"])
        #expect(forms.width("-i") == 2)
        #expect(forms.width("-ia=1") == 1)
        #expect(forms.width("--stream") == 1)
    }

    @Test func optionsAndOthers() {
        #expect(["-i", "--x", "-"].map(OptionForms.isOption) == [true, true, false])
        #expect(throws: (any Error).self) { try OptionForms(describing: "no JSON") }
    }
}

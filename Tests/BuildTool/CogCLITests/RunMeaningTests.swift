import Testing

@testable import CogCLI

/// `cog run` with some words, and what it means where `script/run` is a path of the project and `mine` and `other/mine`
/// are images of models that the engine has.
private let meanings: [(String, RunMeaning)] = [
    ("", .predict),
    ("-f other.yaml --gpus all", .predict),
    ("-i s=1 mine", .predict),
    ("--json {} unknown", .predict),
    ("-o out echo", .predict),
    ("--setup-timeout 3 echo", .predict),
    ("--use-replicate-token", .predict),
    ("-p 80 owner/model", .exec),
    ("--publish=80 mine", .exec),
    ("owner/model", .predict),
    ("model:tag -i s=1", .predict),
    ("model@sha256:00 --json {} -o x", .predict),
    ("owner/model --unknown", .exec),
    ("owner/model words", .exec),
    ("mine", .predict),
    ("mine -i s=1", .predict),
    ("mine words", .exec),
    ("unknown", .exec),
    ("script/run", .exec),
    ("./owner/model", .exec),
    ("/usr/bin/env", .exec),
    ("-- owner/model", .exec),
    ("python -c print(1)", .exec),
    ("-e A=1 python", .exec),
    ("-e A=1 -i s=1", .predict),
]

/// Options decide first, then the form of the one name, then what the engine has under it.
@Test(arguments: meanings)
func runMeaning(words: String, meaning: RunMeaning) async {
    let arguments = words.split(separator: " ").map(String.init)
    #expect(await RunMeaning.of(arguments, mode: nil, predict: predict, exec: exec, questions) == meaning)
    // The variable decides whatever the words say.
    for mode in [RunMeaning.exec, .predict] {
        let meaning = await RunMeaning.of(
            arguments, mode: mode.rawValue, predict: predict, exec: exec, questions)
        #expect(meaning == mode)
    }
}

private let both: Set<String> = ["-e", "-f", "--gpus"]
private let predict = OptionForms(
    withValue: both.union(["-i", "-o", "--json", "--setup-timeout"]), flags: ["--debug", "--use-replicate-token"])
private let exec = OptionForms(withValue: both.union(["-p", "--publish"]), flags: ["--debug"])

private var questions: RunMeaning.Questions {
    .init(isPath: { $0 == "script/run" }, isModelImage: { $0 == "mine" })
}

/// The engine is asked for one bare name alone: any other case is decided without it.
@Test(arguments: meanings.map(\.0))
func engineIsAskedLast(words: String) async {
    let arguments = words.split(separator: " ").map(String.init)
    let bare = ["mine", "mine -i s=1", "unknown", "script/run", "./owner/model", "/usr/bin/env"]
    await confirmation(expectedCount: bare.contains(words) || words == "-e A=1 python" ? 1 : 0) { asked in
        let questions = RunMeaning.Questions(isPath: { $0 == "script/run" }) { _ in
            asked()
            return false
        }
        _ = await RunMeaning.of(arguments, mode: nil, predict: predict, exec: exec, questions)
    }
}

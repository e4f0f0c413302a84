import Testing

@testable import CogCLI

// MARK: - Lines of bash

@Test(arguments: [
    ("cog build --no", ["cog", "build"], "--no"),
    ("cog build ", ["cog", "build"], ""),
    (#"cog predict -i image=@my\ photo"#, ["cog", "predict", "-i"], "image=@my photo"),
    (#"cog -i 'a b'c "d\e\"f" g"#, ["cog", "-i", "a bc", #"d\e"f"#], "g"),
    (#"cog -i "" x"#, ["cog", "-i", ""], "x"),
])
func lineOfBashIsSplit(_ text: String, _ words: [String], _ word: String) {
    let line = ShellLine(text)
    #expect(line.words == words)
    #expect(line.word == word)
    #expect(line.quote == nil)
}

/// bash replaces what is behind the last `=`, `@`, or `:`.
@Test(arguments: [
    ("cog build --progress=pl", "pl", "--progress="), ("cog predict -i mode=", "", "mode="), ("cog bu", "bu", ""),
    (#"cog -i image=@my\ ph"#, #"my\ ph"#, "image=@"), (#"cog -i "mode=sl"#, "mode=sl", ""),
])
func partThatBashKeeps(_ text: String, _ replaced: String, _ kept: String) {
    #expect(ShellLine(text).kept(replacing: replaced) == kept)
}

/// What is typed for a text depends on the quote that is open.
@Test func candidatesAreQuoted() {
    let text = #"it's $(a) "b"\"#
    #expect(ShellLine("cog ").quoted(text) == #"it\'s\ \$\(a\)\ \"b\"\\"#)
    #expect(ShellLine("cog \"").quoted(text) == #"it's \$(a) \"b\"\\"#)
    #expect(ShellLine("cog '").quoted(text) == #"it'\''s $(a) "b"\"#)
    #expect(ShellLine("cog ").quoted("steps=@a/b:c") == "steps=@a/b:c")
}

// MARK: - Places

private func argument(
    _ names: [String], _ kind: CommandForm.Argument.Kind, isRepeating: Bool = false
) -> CommandForm.Argument {
    CommandForm.Argument(
        kind: kind, names: names, valueName: "", about: "", values: .unknown, isRepeating: isRepeating, isShown: true)
}

private let input = argument(["--input", "-i"], .option, isRepeating: true)
private let file = argument(["--file", "-f"], .option)
private let local = argument(["--local"], .flag)
private let image = argument([], .positional)
private let form = CommandForm(arguments: [image, input, file, local])

private func place(_ words: [String], _ word: String, passes: Bool = false) -> CompletionPlace {
    CompletionPlace(words, word, in: form, passes: passes)
}

@Test func placeIsAnOption() {
    #expect(place([], "-") == .option([input, file, local]))
    #expect(place(["--local", "-fx", "-i", "a=1"], "--") == .option([input]))
    // Where nothing else can stand.
    #expect(place(["model"], "") == .option([input, file, local]))
    #expect(place(["model", "--"], "") == .nothing)
    #expect(place(["model"], "x") == .nothing)
}

@Test func placeIsTheValueOfAnOption() {
    #expect(place(["-i"], "a") == .value(input, before: ""))
    #expect(place(["-i"], "-1") == .value(input, before: ""))
    #expect(place(["--local"], "--input=a=1") == .value(input, before: "--input="))
    #expect(place([], "-ia=1") == .value(input, before: "-i"))
    #expect(place([], "-i=a=1") == .value(input, before: "-i="))
}

@Test func placeIsAPositionalArgument() {
    #expect(place([], "") == .value(image, before: ""))
    #expect(place(["--file", "x", "--local"], "m") == .value(image, before: ""))
    #expect(place(["--"], "-m") == .value(image, before: ""))
    // A dash stands for standard input.
    #expect(place(["-"], "x") == .nothing)
}

/// `cog exec` hands everything behind the command's name on.
@Test func placeInAnotherCommand() {
    #expect(place(["--local", "python"], "--inp", passes: true) == .file)
    #expect(place(["--local"], "--inp", passes: true) == .option([input, file]))
}

// MARK: - Forms

@Test func formIsReadFromTheParsersDescription() throws {
    let form = try CommandForm(
        describing: """
            {"command": {"arguments": [
              {"kind": "option", "names": [{"kind": "long", "name": "file"}, {"kind": "short", "name": "f"}],
               "valueName": "name", "abstract": "The file. Or not.", "isRepeating": false, "shouldDisplay": true,
               "completionKind": {"file": {"extensions": ["yaml"]}}},
              {"kind": "positional", "valueName": "shell", "isRepeating": true, "shouldDisplay": false,
               "completionKind": {"list": {"values": ["bash", "zsh"]}}}
            ]}}
            """)
    #expect(
        form.arguments == [
            CommandForm.Argument(
                kind: .option, names: ["--file", "-f"], valueName: "name", about: "The file", values: .files(["yaml"]),
                isRepeating: false, isShown: true),
            CommandForm.Argument(
                kind: .positional, names: [], valueName: "shell", about: "", values: .list(["bash", "zsh"]),
                isRepeating: true, isShown: false),
        ])
}

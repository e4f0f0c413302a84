import Testing

@testable import PredictionClient

private let logs = """
    [coglet::loader] Loading
    [coglet::setup] one
    [coglet::setup] one
    [coglet::setup] two
    """

/// Lines are counted, and the server's own may stand between them.
@Test(arguments: [
    ("one\none\ntwo\n", true), ("one\nWARN slow\none\n\ntwo", true), ("one\ntwo\n", false), ("two\none\none\n", false),
    ("", false),
])
func setupTextIsLookedForByLines(shown: String, isShown: Bool) {
    #expect(SetupText(logs).isShown(in: shown) == isShown)
}

/// Nothing is waited for where the server says nothing of the model, or in words of another server.
@Test(arguments: ["", "[coglet::loader] Loading", "Downloading weights\n"])
func otherTextIsNotWaitedFor(logs: String) {
    #expect(SetupText(logs).isShown(in: ""))
}

/// The end of much text is enough, since no more of it is kept.
@Test func endOfMuchSetupText() {
    let lines = (0..<10_000).map { "line \($0)" }
    let text = SetupText(lines.map { "[coglet::setup] \($0)\n" }.joined())
    #expect(text.isShown(in: lines.suffix(3_000).joined(separator: "\n")))
    #expect(!text.isShown(in: lines.dropLast().suffix(3_000).joined(separator: "\n")))
}

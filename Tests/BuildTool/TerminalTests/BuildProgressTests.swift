import Testing

@testable import Terminal

@Test func formOfTheProgress() {
    #expect(BuildProgress.chosen(nil, [:], isTerminal: true) == .auto)
    #expect(BuildProgress.chosen(nil, ["TERM": "dumb"], isTerminal: true) == .plain)
    #expect(BuildProgress.chosen(nil, ["TERM": "dumb"], isTerminal: false) == .auto)
    #expect(BuildProgress.chosen(nil, ["BUILDKIT_PROGRESS": "tty"], isTerminal: false) == .tty)
    #expect(BuildProgress.chosen("quiet", ["BUILDKIT_PROGRESS": "tty"], isTerminal: true) == .quiet)
}

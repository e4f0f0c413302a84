import Testing

@testable import Terminal

/// The time always fits; other parts are left out first.
@Test func linesOfStages() {
    var text = ActivityText(title: "Python packages", detail: "Downloading torch", seconds: 0.42)
    #expect(text.live(columns: 80) == "Python packages  Downloading torch 0.4 s")
    #expect(text.live(columns: 20) == "Python packag… 0.4 s")
    text.fraction = 0.5
    #expect(text.live(columns: 80) == "Python packages  ████████░░░░░░░░ 50 %  Downloading torch 0.4 s")
    (text.fraction, text.seconds) = (nil, 1)
    #expect(text.live(columns: 80).contains("████"))
    #expect([0.04, 9.96, 59.94, 125].map(ActivityText.time) == ["0.0 s", "10.0 s", "59.9 s", "2 min 5 s"])
}

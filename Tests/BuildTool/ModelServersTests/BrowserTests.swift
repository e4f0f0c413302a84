import Testing

@testable import ModelServers

/// How an address is opened, and where programs that help are found.
@Suite struct BrowserTests {
    private func command(_ environment: [String: String], programs: Set<String> = ["xdg-open", "firefox"]) -> [String]?
    {
        Browser.command(for: "http://localhost:1/docs", environment) { programs.contains($0) ? "/bin/\($0)" : nil }
            .map { [$0.program] + $0.arguments }
    }

    @Test func desktops() {
        #expect(command(["DISPLAY": ":0"]) == ["/bin/xdg-open", "http://localhost:1/docs"])
        #expect(command(["WAYLAND_DISPLAY": "wayland-0"]) == ["/bin/xdg-open", "http://localhost:1/docs"])
        #expect(command(["DISPLAY": ":0"], programs: []) == nil)
        #expect(command([:]) == nil)
    }

    /// The screen is another machine's.
    @Test func overSSH() {
        #expect(command(["DISPLAY": ":0", "SSH_CONNECTION": "a 1 b 2"]) == nil)
        #expect(command(["DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"]) == nil)
        let helped = command(["SSH_CONNECTION": "a", "BROWSER": "/x/helper.sh"])
        #expect(helped == ["/x/helper.sh", "http://localhost:1/docs"])
    }

    @Test func chosenBrowser() {
        let chosen = command(["BROWSER": "nothing:firefox -new-tab %s"])
        #expect(chosen == ["/bin/firefox", "-new-tab", "http://localhost:1/docs"])
        #expect(command(["BROWSER": "nothing", "DISPLAY": ":0"]) == ["/bin/xdg-open", "http://localhost:1/docs"])
    }
}

import Testing

@testable import CogKit

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

    @Test func placesOfCoglet() {
        func place(_ environment: [String: String] = [:], wheel: String? = "w", beside: Bool = false) -> CogletProgram
            .Place?
        {
            CogletProgram.place(environment, executable: "/opt/cog/bin/cog", wheel: wheel) { path in
                beside && path == "/opt/cog/bin/coglet"
            }
        }
        #expect(place(["COGLET_BINARY": "/x"], beside: true) == .named("/x"))
        #expect(place(["COGLET_BINARY": ""], beside: true) == .beside("/opt/cog/bin/coglet"))
        #expect(place() == .wheel("w"))
        #expect(place(wheel: nil) == nil)
    }

    @Test func portsOfOverlappingAddresses() {
        #expect(PublishedPort.overlap("127.0.0.1", "0.0.0.0"))
        #expect(PublishedPort.overlap("::", "10.0.0.1"))
        #expect(PublishedPort.overlap("localhost", "127.0.0.1"))
        #expect(!PublishedPort.overlap("10.0.0.1", "127.0.0.1"))
    }

    @Test(arguments: [
        ("http://localhost:8393", true), ("https://h/models/a", true), ("HTTP://h", true), ("localhost:8393", false),
        ("ftp://h", false), ("http://", false), ("http://a:b@h", false), ("http://h/?a", false), ("http://h/#a", false),
    ])
    func targets(target: String, isFine: Bool) {
        let settings = PlaygroundProcess.Settings(port: 0, target: target, webhookHost: "h")
        #expect((settings.targetProblem == nil) == isFine)
    }
}

import Testing

@testable import ModelServers

/// Where `coglet` is found, and which targets its page takes.
@Suite struct PlaygroundTests {
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

    @Test(arguments: [
        ("http://localhost:8393", true), ("https://h/models/a", true), ("HTTP://h", true), ("localhost:8393", false),
        ("ftp://h", false), ("http://", false), ("http://a:b@h", false), ("http://h/?a", false), ("http://h/#a", false),
    ])
    func targets(target: String, isFine: Bool) {
        let settings = PlaygroundProcess.Settings(port: 0, target: target, webhookHost: "h")
        #expect((settings.targetProblem == nil) == isFine)
    }
}

import ChildProcesses
import Testing

@testable import ContainerEngine

/// The JSON log becomes what the client's own plain form would be.
@Test func transcriptOfABuild() {
    var transcript = BuildTranscript()
    transcript.add(.began("a", name: "[1/2] FROM x"))
    transcript.add(.began("b", name: "[2/2] RUN y"))
    transcript.add(.said("b", "one\ntw"))
    transcript.add(.said("b", "o\nrest"))
    transcript.add(.moved("a", item: "sha256:1", done: 1, total: 2))
    transcript.add(.ended("a", seconds: 0, isCached: true, error: ""))
    transcript.add(.ended("b", seconds: 1.26, isCached: false, error: ""))
    transcript.add(.began("c", name: "[3/3] RUN z"))
    transcript.add(.ended("c", seconds: 0, isCached: false, error: "it failed"))
    transcript.add(line: "plain")
    #expect(
        transcript.text == """
            #1 [1/2] FROM x
            #2 [2/2] RUN y
            #2 one
            #2 two
            #1 CACHED
            #2 rest
            #2 DONE 1.3 s
            #3 [3/3] RUN z
            #3 ERROR: it failed
            plain

            """)
}

/// Of a log that is too long, the end is kept.
@Test func longTranscripts() {
    var transcript = BuildTranscript()
    let line = String(repeating: "x", count: 1 << 20)
    for _ in 0..<11 { transcript.add(line: line) }
    transcript.add(line: "end")
    #expect(transcript.text.utf8.count <= BuildTranscript.limitBytes + 2 << 20)
    #expect(transcript.text.hasSuffix("\nend\n"))
}

@Test(arguments: [
    ("docker: could not select device driver \"\" with capabilities: [[gpu]].", true),
    ("nvidia-container-cli: initialization error: nvml error", true), ("no such image", false),
])
func missingGPUs(text: String, isMissing: Bool) {
    #expect(Engine.saysGPUMissing(text) == isMissing)
}

@Test(arguments: [("tcp://h:1", true), ("ssh://me@h", true), ("unix:///var/run/docker.sock", false), ("", false)])
func remoteEngines(endpoint: String, isRemote: Bool) {
    #expect(Engine.isRemote(endpoint) == isRemote)
}

@Test func clientsByName() {
    #expect(Engine.client([:]).name == "docker")
    #expect(Engine.client(["COG_ENGINE": ""]).name == "docker")
    #expect(Engine.isPodman(Engine.client(["COG_ENGINE": "/usr/bin/podman"])))
    #expect(!Engine.isPodman(Engine.client(["COG_ENGINE": "podman-docker"])))
}

import Testing

@testable import ContainerEngine

/// The words of other programs, and a part of the advice for them.
@Test(arguments: [
    ("write /x: no space left on device", "docker builder prune"),
    ("Got permission denied while trying to connect to the Docker daemon socket", "usermod"),
    ("could not select device driver \"\" with capabilities: [[gpu]]", "NVIDIA Container Toolkit"),
    ("Bind for 127.0.0.1:8393 failed: port is already allocated", "--port"),
    ("exec /usr/bin/sh: exec format error", "binfmt"),
    ("/lib/libc.so.6: version `GLIBC_2.34' not found", "--local"),
    ("dial tcp: lookup a on b: no such host", "HTTPS_PROXY"),
    ("manifest unknown: manifest unknown", "build.cuda"),
    ("unauthorized: authentication required", "cog login"),
    ("Cannot connect to the Docker daemon at unix:///a. Is the docker daemon running?", "Start the engine"),
])
func nextSteps(words: String, advice: String) {
    #expect(NextStep.after(words)?.contains(advice) == true)
    #expect(EngineFailure.buildFailed(status: 1, said: words).hint == NextStep.after(words))
}

@Test func noAdviceWithoutAReason() {
    #expect(NextStep.after("SyntaxError: invalid syntax") == nil)
    #expect(EngineFailure.pushFailed("a", said: "for no reason").hint == nil)
}

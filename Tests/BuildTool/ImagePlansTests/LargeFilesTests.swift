import Testing

@testable import ImagePlans

/// The rules of the engine's own: the last that fits a path, or a directory above it, counts.
@Test(arguments: [
    ("*.bin", "a.bin", true), ("*.bin", "below/a.bin", false), ("**/*.bin", "below/a.bin", true),
    ("**/*.bin", "a.bin", true), ("weights", "weights/deep/a", true), ("/weights/", "weights/a", true),
    ("weights\n!weights/kept", "weights/kept", false), ("weights\n!weights/kept", "weights/other", true),
    ("# a\n\n a?c ", "abc", true), ("a[0-9]", "a7", true), ("a[^0-9]", "a7", false), (#"a\*"#, "a*", true),
    (#"a\*"#, "ab", false), ("*", "anything/below", true), ("a/**/z", "a/z", true), ("./a", "a", true),
    ("", "a", false),
])
func ignoreRules(text: String, path: String, hides: Bool) {
    #expect(IgnoreRules(text).hides(path) == hides)
}

/// Above the limit and seen by builds; `large_files` moves the limit.
@Test func largeFilesOfAProject() throws {
    let place = try Distribution()
    try place.write("build: {python_version: '3.12'}\npredict: predict.py:Predictor\n", to: "project/cog.yaml")
    try place.write("ignored\n", to: "project/.dockerignore")
    for path in ["big.bin", "my dir/$x [1].bin", "ignored/big.bin", ".cog/big.bin"] {
        try place.write("", to: "project/" + path, bytes: 60_000_000)
    }
    try place.write("", to: "project/small.bin", bytes: 3_000_000)
    let plan = try place.plan(try place.project())
    #expect(plan.largeFiles == ["big.bin", "my dir/$x [1].bin"])
    let text = Dockerfile.text(plan)
    #expect(text.contains("COPY big.bin /src/big.bin\n"))
    #expect(text.contains(#"COPY ["my dir/\\$x [[]1].bin", "/src/my dir/\\$x [1].bin"]"# + "\n"))
    #expect(text.contains(" --exclude ./big.bin --exclude './my dir/$x [1].bin' . "))
    #expect(!text.contains("COPY . /src"))
    #expect(try place.plan(try place.project()) { $0.mountsProject = true }.largeFiles.isEmpty)
    let config = "build: {python_version: '3.12', large_files: LIMIT}\npredict: predict.py:Predictor\n"
    for (limit, count) in [("false", 0), ("1MB", 3), ("1 GB", 0)] {
        try place.write(config.replacing("LIMIT", with: limit), to: "project/cog.yaml")
        #expect(try place.plan(try place.project()).largeFiles.count == count)
    }
}

/// Images have 127 layers at most.
@Test func manyLargeFilesShareLayers() {
    let few = ["a/1", "a/2", "b"]
    #expect(LargeFiles.layers(few) == [["a/1"], ["a/2"], ["b"]])
    let many = (0..<40).map { "a/\($0)" } + ["b"]
    #expect(LargeFiles.layers(many).map(\.count) == [1, 40])
}

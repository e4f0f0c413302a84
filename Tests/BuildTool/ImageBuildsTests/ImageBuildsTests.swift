import Foundation
import ImagePlans
import Projects
import Testing

@testable import ImageBuilds

/// A folder for one test.
private final class Folder {
    let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    // Left behind, it is the system's to clean up.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A line neither ends within an escape nor begins with what would be lost.
@Test func longInstructions() {
    let text = "LABEL x=\"" + String(repeating: "a b\\\"c", count: 20_000) + "\""
    let lines = StagedBuild.continued(text).split(separator: "\\\n", omittingEmptySubsequences: false)
    #expect(lines.count > 3)
    #expect(lines.joined() == text)
    #expect(lines.allSatisfy { $0.utf8.count < 33_000 && !$0.hasSuffix("\\") })
    #expect(lines.dropFirst().allSatisfy { $0.first?.isLetter == true })
    #expect(StagedBuild.continued("LABEL x=1") == "LABEL x=1")
}

@Test func documentsOnOneLine() {
    #expect(StagedBuild.onOneLine("{\n  \"a\": \"b\\n  c\"\n}") == "{\"a\": \"b\\n  c\"}")
}

/// Nothing is built while the weights stay as they are.
@Test func changedWeights() throws {
    let folder = try Folder()
    func write(_ text: String, _ name: String) throws {
        try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
    }
    try write("run: a.py:B\n", "cog.yaml")
    try FileManager.default.createDirectory(atPath: folder.path + "/w", withIntermediateDirectories: true)
    try write("a", "w/a.bin")
    let project = try Project.load("cog.yaml", from: folder.path)
    func manifest() -> WeightsManifest {
        WeightsManifest(project: project, weights: SeparateWeights(directories: ["w"]))
    }
    #expect(!manifest().isUnchanged)
    try manifest().store()
    #expect(manifest().isUnchanged)
    try write("ab", "w/a.bin")
    #expect(!manifest().isUnchanged)
    try manifest().store()
    try write("", "w/b.bin")
    #expect(!manifest().isUnchanged)
}

/// Two builds of a project take turns.
@Test func locks() async throws {
    let folder = try Folder()
    let state = folder.path + "/.cog"
    let first = try await ProjectLock.take(state)
    let second = Task { try await ProjectLock.take(state) }
    let given = Task { try await ProjectLock.take(state) }
    given.cancel()
    await #expect {
        try await given.value
    } throws: {
        "\($0)" == "interrupted"
    }
    first.release()
    try await second.value.release()
}

/// What git, or the continuous integration, knows.
@Test func labelsOfTheSource() async throws {
    let folder = try Folder()
    let labels = await SourceControl.labels(of: folder.path, ["GITHUB_SHA": "abc", "GITHUB_REF_NAME": "v1"])
    #expect(labels == ["org.opencontainers.image.revision": "abc", "org.opencontainers.image.version": "v1"])
}

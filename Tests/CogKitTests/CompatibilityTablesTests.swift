import Testing

@testable import CogKit

/// A row that can't be read would be left out in silence.
@Test func everyRowIsRead() {
    #expect(CompatibilityTables.cudaImages.count == 83)
    #expect(CompatibilityTables.torchBuilds.count == 93)
    #expect(CompatibilityTables.tensorFlowBuilds.count == 18)
}

@Test func tagsAreUnique() {
    let tags = CompatibilityTables.cudaImages.map(\.tag)
    #expect(Set(tags).count == tags.count)
    #expect(tags.contains("12.1.1-cudnn8-devel-ubuntu22.04"))
    #expect(tags.contains("12.4.1-cudnn-devel-ubuntu22.04"))
}

/// Whatever CUDA is chosen for a framework, there is an image with it.
@Test func everyFrameworkHasAnImage() {
    for build in CompatibilityTables.torchBuilds {
        guard let cuda = build.cuda else { continue }
        #expect(!CompatibilityTables.cudnns(for: cuda).isEmpty, "torch \(build.torchText) with CUDA \(cuda.minorText)")
    }
    for build in CompatibilityTables.tensorFlowBuilds {
        #expect(Version(build.cuda).map { !CompatibilityTables.cudnns(for: $0).isEmpty } == true, "\(build.version)")
    }
}

@Test(arguments: [
    ("11.8", "11.8.0", true), ("11.8.0", "11.8", true), ("11.8.1", "11.8.0", false), ("11", "11.0", true),
    ("2.0.1+cu118", "2.0.1", true), ("11.8", "12.8", false), ("2.1", "2.10", false),
])
func versionsMatch(left: String, right: String, matches: Bool) throws {
    let left = try #require(Version(left))
    let right = try #require(Version(right))
    #expect(left.matches(right) == matches)
    #expect(right.matches(left) == matches)
}

@Test(arguments: ["", "x", "2.1.0rc1", "1.2.3.4", "1..2", ".", "-1", "1.", "v1"])
func otherTextsAreNoVersions(text: String) {
    #expect(Version(text) == nil)
}

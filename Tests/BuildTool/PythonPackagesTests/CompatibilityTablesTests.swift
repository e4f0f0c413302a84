import Testing
import ToolBasics

@testable import PythonPackages

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

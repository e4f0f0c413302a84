import ModelConfig
import PythonPackages
import Testing

@testable import ImagePlans

private func resolve(
    _ requirements: [String], gpu: Bool = true, cuda: String? = nil, cudnn: String? = nil
) throws -> ResolvedPackages {
    var config = Config()
    config.build.gpu = gpu
    config.build.cuda = cuda
    config.build.cudnn = cudnn
    return try ResolvedPackages(
        config: config, requirements: Requirements(packages: requirements), sdkName: "the SDK",
        place: { text, subject in "\(subject): \(text)" })
}

@Suite struct ResolvedPackagesTests {
    @Test(
        arguments: [
            ([], nil, "11.8", "8"), (["torch==2.5.1"], nil, "12.4", "9"), (["torch==2.5.1"], "11.8", "11.8", "8"),
            (["torch==2.0.1+cu117"], nil, "11.7", "8"), (["tensorflow==2.15.0"], nil, "12.2", "8"),
            (["tensorflow==2.18.0"], nil, "12.5", "9"),
        ] as [([String], String?, String, String)])
    func versions(requirements: [String], given: String?, cuda: String, cudnn: String) throws {
        let packages = try resolve(requirements, cuda: given)
        #expect(packages.cuda == cuda)
        #expect(packages.cudnn == cudnn)
    }

    @Test func cpuProjects() throws {
        let packages = try resolve(["torch==2.5.1", "torchvision==0.20.1", "six"], gpu: false, cuda: "12.4")
        #expect(packages.cuda == nil)
        #expect(
            packages.lines == [
                "--extra-index-url https://download.pytorch.org/whl/cpu", "torch==2.5.1", "torchvision==0.20.1", "six",
            ])
    }

    /// Options about where to look come first, and hashes stay with their package.
    @Test func options() throws {
        let packages = try resolve(
            [
                "--find-links https://a", "six==1.0 --hash=sha256:0", "b --extra-index-url https://i",
                "--extra-index-url=https://h", "c --find-links https://a",
            ], gpu: false)
        #expect(
            packages.lines == [
                "--find-links https://a", "--extra-index-url https://h", "--extra-index-url https://i",
                "six==1.0 --hash=sha256:0", "b", "c",
            ])
    }

    @Test func ownPackagesAreOverridden() throws {
        let packages = try resolve(["cog==0.9", "coglet", "./a.whl"], gpu: false)
        #expect(packages.lines == [])
        #expect(packages.artifacts == ["./a.whl"])
        #expect(packages.warnings.count == 2)
        #expect(packages.warnings[0].hasPrefix("'cog==0.9' found in requirements — overriding with the SDK"))
    }

    @Test func doubts() throws {
        let packages = try resolve(["torch==2.5.1"], cuda: "12.8")
        #expect(
            packages.warnings == [
                "Cog doesn't know if CUDA 12.8 is compatible with PyTorch 2.5.1. This might cause CUDA problems.",
                "Try 12.4 instead?",
            ])
        #expect(try resolve(["torch==2.99.0"]).warnings.first?.contains("the nearest that it knows") == true)
    }

    @Test(
        arguments: [
            (["torch"], nil, nil, "package(\"torch\"): torch version must be specified"),
            (["tensorflow==1.0"], nil, nil, "package(\"tensorflow\"): cog doesn't know what CUDA version"),
            ([], "12.7", nil, "key(\"build.cuda\"): CUDA 12.7 is not supported by Cog: NVIDIA has no image of it"),
            ([], "12.4", "8", "key(\"build.cudnn\"): the specified CUDA version 12.4 is not compatible with CuDNN 8"),
            (["tensorflow==2.18.0"], nil, "8", "the specified cuDNN version 8 is not compatible"),
        ] as [([String], String?, String?, String)])
    func misfits(requirements: [String], cuda: String?, cudnn: String?, reason: String) {
        #expect {
            _ = try resolve(requirements, cuda: cuda, cudnn: cudnn)
        } throws: {
            "\($0)".contains(reason)
        }
    }
}

package import ToolBasics

/// Which CUDA images, torch and TensorFlow builds exist and what fits what, as public release listings say.
package enum CompatibilityTables {
    /// A CUDA development image.
    package struct CUDAImage: Equatable, Sendable {
        package let cuda: Version
        package let cudnn: Int
        package let ubuntu: String
        /// The tag of `nvidia/cuda`; the number of cuDNN is part of it up to CUDA 12.3.
        package let tag: String
    }

    /// A build of torch and the companions released with it; `cuda` is nil for the CPU build.
    package struct TorchBuild: Equatable, Sendable {
        package let torch: Version
        package let torchText: String
        package let torchvision: String
        package let torchaudio: String
        package let cuda: Version?
        package let pythons: ClosedRange<Int>

        /// The wheel index: `cpu`, or `cu` and the digits of the CUDA version.
        package var index: String {
            guard let cuda else { return "cpu" }
            return "cu\(cuda.major)\(cuda.minor)"
        }
    }

    /// A release of TensorFlow with what it was built against.
    package struct TensorFlowBuild: Equatable, Sendable {
        package let version: String
        package let cuda: String
        package let cudnn: Int
        package let pythons: ClosedRange<Int>
    }

    package static let cudaImages: [CUDAImage] = rows(cudaText).flatMap { row -> [CUDAImage] in
        let cudnn = Int(row[1]) ?? 0
        return row[0].split(separator: " ").flatMap { text -> [CUDAImage] in
            guard let version = Version(String(text)) else { return [] }
            let number = version < Version("12.4.0").unsafelyPresent ? String(cudnn) : ""
            return row[2].split(separator: " ").map { ubuntu in
                CUDAImage(
                    cuda: version, cudnn: cudnn, ubuntu: String(ubuntu),
                    tag: "\(text)-cudnn\(number)-devel-ubuntu\(ubuntu)")
            }
        }
    }

    package static let torchBuilds: [TorchBuild] = rows(torchText).flatMap { row -> [TorchBuild] in
        guard let version = Version(row[0]) else { return [] }
        return row[3].split(separator: " ").map { cuda in
            TorchBuild(
                torch: version, torchText: row[0], torchvision: row[1], torchaudio: row[2],
                cuda: cuda == "cpu" ? nil : Version(String(cuda)), pythons: minors(row[4]))
        }
    }

    package static let tensorFlowBuilds: [TensorFlowBuild] = rows(tensorFlowText).flatMap { row in
        row[0].split(separator: " ").map {
            TensorFlowBuild(version: String($0), cuda: row[1], cudnn: Int(row[2]) ?? 0, pythons: minors(row[3]))
        }
    }

    /// The newest image for a CUDA version and a cuDNN major: highest patch first, then highest Ubuntu.
    package static func image(cuda: Version, cudnn: Int) -> CUDAImage? {
        cudaImages.filter { $0.cuda.matches(cuda) && $0.cudnn == cudnn }
            .max { ($0.cuda, $0.ubuntu) < ($1.cuda, $1.ubuntu) }
    }

    /// The cuDNN majors that exist for a CUDA version, ascending; empty when the CUDA version is unknown.
    package static func cudnns(for cuda: Version) -> [Int] {
        Set(cudaImages.filter { $0.cuda.matches(cuda) }.map(\.cudnn)).sorted()
    }

    /// The builds of one release of torch, CPU included.
    package static func torch(_ version: Version) -> [TorchBuild] {
        torchBuilds.filter { $0.torch.matches(version) }
    }

    /// A release of TensorFlow; only exact versions are known.
    package static func tensorFlow(_ version: String) -> TensorFlowBuild? {
        tensorFlowBuilds.first { $0.version == version }
    }

    // MARK: - The facts

    private static func rows(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { line in
            line.split(separator: "|").map { String($0).trimmingSpaces }
        }
    }

    private static func minors(_ text: String) -> ClosedRange<Int> {
        let ends = text.split(separator: "-").compactMap { Version(String($0))?.minor }
        return ends[0]...ends[ends.count - 1]
    }

    // versions | cuDNN | Ubuntu
    private static let cudaText = """
        11.0.3 11.1.1 11.2.2 11.3.1 | 8 | 16.04 18.04 20.04
        11.4.3 11.5.2 11.6.2 | 8 | 18.04 20.04
        11.6.1 | 8 | 20.04
        11.7.1 11.8.0 12.0.0 12.0.1 | 8 | 18.04 20.04 22.04
        12.1.0 12.1.1 12.2.2 | 8 | 20.04 22.04
        12.3.2 12.4.1 12.5.1 | 9 | 20.04 22.04
        12.6.0 12.6.1 12.6.2 12.6.3 12.8.0 12.8.1 12.9.0 12.9.1 | 9 | 20.04 22.04 24.04
        13.0.0 13.0.1 13.0.2 13.0.3 13.1.1 13.1.2 13.2.0 13.2.1 | 9 | 22.04 24.04
        """

    // torch | torchvision | torchaudio | builds | Python
    private static let torchText = """
        1.11.0 | 0.12.0 | 0.11.0 | cpu 11.3 | 3.10
        1.12.0 | 0.13.0 | 0.12.0 | cpu 11.3 11.6 | 3.10
        1.12.1 | 0.13.1 | 0.12.1 | cpu 11.3 11.6 | 3.10
        1.13.0 | 0.14.0 | 0.13.0 | cpu 11.6 11.7 | 3.10
        1.13.1 | 0.14.1 | 0.13.1 | cpu 11.6 11.7 | 3.10
        2.0.0 | 0.15.1 | 2.0.1 | cpu 11.7 11.8 | 3.10-3.11
        2.0.1 | 0.15.2 | 2.0.2 | cpu 11.7 11.8 | 3.10-3.11
        2.1.0 | 0.16.0 | 2.1.0 | cpu 11.8 12.1 | 3.10-3.11
        2.1.1 | 0.16.1 | 2.1.1 | cpu 11.8 12.1 | 3.10-3.11
        2.1.2 | 0.16.2 | 2.1.2 | cpu 11.8 12.1 | 3.10-3.11
        2.2.0 | 0.17.0 | 2.2.0 | cpu 11.8 12.1 | 3.10-3.12
        2.2.1 | 0.17.1 | 2.2.1 | cpu 11.8 12.1 | 3.10-3.12
        2.2.2 | 0.17.2 | 2.2.2 | cpu 11.8 12.1 | 3.10-3.12
        2.3.0 | 0.18.0 | 2.3.0 | cpu 11.8 12.1 | 3.10-3.12
        2.3.1 | 0.18.1 | 2.3.1 | cpu 11.8 12.1 | 3.10-3.12
        2.4.0 | 0.19.0 | 2.4.0 | cpu 11.8 12.1 12.4 | 3.10-3.12
        2.4.1 | 0.19.1 | 2.4.1 | cpu 11.8 12.1 12.4 | 3.10-3.12
        2.5.0 | 0.20.0 | 2.5.0 | cpu 11.8 12.1 12.4 | 3.10-3.12
        2.5.1 | 0.20.1 | 2.5.1 | cpu 11.8 12.1 12.4 | 3.10-3.12
        2.6.0 | 0.21.0 | 2.6.0 | cpu 11.8 12.4 12.6 | 3.10-3.13
        2.7.0 | 0.22.0 | 2.7.0 | cpu 11.8 12.6 12.8 | 3.10-3.13
        2.7.1 | 0.22.1 | 2.7.1 | cpu 11.8 12.6 12.8 | 3.10-3.13
        2.8.0 | 0.23.0 | 2.8.0 | cpu 12.6 12.8 12.9 | 3.10-3.13
        2.9.0 | 0.24.0 | 2.9.0 | cpu 12.6 12.8 13.0 | 3.10-3.14
        2.9.1 | 0.24.1 | 2.9.1 | cpu 12.6 12.8 13.0 | 3.10-3.14
        2.10.0 | 0.25.0 | 2.10.0 | cpu 12.6 12.8 13.0 | 3.10-3.14
        2.11.0 | 0.26.0 | 2.11.0 | cpu 12.6 12.8 12.9 13.0 | 3.10-3.14
        """

    // releases | CUDA | cuDNN | Python
    private static let tensorFlowText = """
        2.4.0 | 11.0 | 8 | 3.6-3.8
        2.5.0 2.6.0 | 11.2 | 8 | 3.6-3.9
        2.7.0 | 11.2 | 8 | 3.7-3.9
        2.8.0 2.9.0 2.10.0 2.11.0 | 11.2 | 8 | 3.7-3.10
        2.12.0 2.13.0 | 11.8 | 8 | 3.8-3.11
        2.14.0 | 11.8 | 8 | 3.9-3.11
        2.15.0 | 12.2 | 8 | 3.9-3.11
        2.16.1 2.17.0 | 12.3 | 8 | 3.9-3.12
        2.18.0 2.19.0 | 12.5 | 9 | 3.9-3.12
        2.20.0 | 12.5 | 9 | 3.9-3.13
        2.21.0 | 12.5 | 9 | 3.10-3.13
        """
}

extension Version? {
    /// For versions written in this file.
    fileprivate var unsafelyPresent: Version {
        guard let self else { preconditionFailure("a version in this file can't be read") }
        return self
    }
}

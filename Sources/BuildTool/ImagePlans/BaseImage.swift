package import ModelConfig
package import PythonPackages
package import ToolBasics

/// The image that a model's image starts from.
package enum BaseImage: Equatable, Sendable {
    /// A prepared image with Python, CUDA and perhaps torch; only when asked for.
    case cog(String, cuda: Version?)
    /// NVIDIA's development image; Python is installed into it.
    case cuda(String)
    /// The slim Python image.
    case python(String)

    /// The reference for `FROM`.
    package var reference: String {
        switch self {
        case .cog(let name, _), .cuda(let name), .python(let name): name
        }
    }

    /// Whether Python is externally managed there, so that pip needs `--break-system-packages`.
    var managesPython: Bool {
        switch self {
        case .cog(_, let cuda): (cuda?.major ?? 0) >= 13
        case .cuda: true
        case .python: false
        }
    }

    /// Chooses the base image.
    ///
    /// - Parameters:
    ///   - useCog: `--use-cog-base-image`: only an explicit true asks for a prepared image.
    ///   - useCUDA: false for `--use-cuda-base-image=false`.
    package static func choose(
        config: Config, packages: ResolvedPackages, requirements: Requirements, useCog: Bool?, useCUDA: Bool,
        registry: String
    ) throws(PlanFailure) -> BaseImage {
        let python = config.build.pythonVersion ?? "3.13"
        if useCog == true { return try cogImage(config, packages, requirements, registry) }
        guard config.build.gpu, useCUDA, let cuda = packages.cuda.flatMap(Version.init) else {
            return .python("python:\(python)-slim")
        }
        let cudnn = packages.cudnn.flatMap(Int.init) ?? 0
        guard let image = CompatibilityTables.image(cuda: cuda, cudnn: cudnn) else {
            throw .noBaseImage(cuda: packages.cuda ?? "", cudnn: cudnn)
        }
        return .cuda("nvidia/cuda:" + image.tag)
    }

    private static func cogImage(
        _ config: Config, _ packages: ResolvedPackages, _ requirements: Requirements, _ registry: String
    ) throws(PlanFailure) -> BaseImage {
        let pythonText = config.build.pythonVersion ?? "3.13"
        let torchText = requirements.version(of: "torch")
        let cuda = packages.cuda.flatMap(Version.init)
        guard let python = Version(pythonText), cuda.map({ ($0.major, $0.minor) >= (11, 6) }) ?? true else {
            throw .noPreparedImage(cuda: packages.cuda, python: pythonText, torch: torchText)
        }
        var name = "python\(python.minorText)"
        if let cuda { name = "cuda\(cuda.minorText)-" + name }
        if let torch = torchText.flatMap(Version.init) {
            let rows = CompatibilityTables.torch(torch).filter { row in
                row.pythons.contains(python.minor) && row.torch >= Version("2.0.0") ?? row.torch
                    && (cuda == nil ? row.cuda == nil : row.cuda.map { $0.matches(cuda ?? $0) } ?? false)
            }
            if let row = rows.max(by: { $0.torch < $1.torch }) { name += "-torch\(row.torchText)" }
        }
        return .cog("\(registry)/cog-base:\(name)", cuda: cuda)
    }
}

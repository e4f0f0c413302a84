package import ModelConfig
package import PythonPackages
import ToolBasics

/// The Python packages as they go into the image, and the CUDA that they need.
package struct ResolvedPackages: Equatable, Sendable {
    /// The lines of the requirements file in the image; empty when nothing is to install.
    package var lines: [String] = []
    /// Wheels and archives of the project that lines name, relative to the project or absolute.
    package var artifacts: [String] = []
    /// The CUDA version, nil on CPU projects.
    package var cuda: String?
    /// The cuDNN major, nil on CPU projects.
    package var cudnn: String?
    /// Things to tell, in order.
    package var warnings: [String] = []

    /// What a problem is about.
    package enum Subject: Sendable {
        case package(String)
        /// A line of the requirements, as it is written.
        case line(String)
        case key(String)
    }

    private static let wheelIndex = "https://download.pytorch.org/whl/"

    /// Chooses CUDA and cuDNN for GPU projects and rewrites pinned frameworks to the builds for it.
    ///
    /// - Parameters:
    ///   - sdkName: what takes the place of lines naming `cog` or `coglet`, for the warning.
    ///   - place: adds to a problem where what it is about stands.
    /// - Throws: `ConfigFailure` when no combination fits, or for a requirement that only this machine could find.
    package init(
        config: Config, requirements: Requirements, sdkName: String,
        place: (String, Subject) -> String = { text, _ in text }
    ) throws {
        if config.build.gpu {
            do throws(Misfit) {
                try resolveCUDA(config.build, requirements)
            } catch {
                throw ConfigFailure.problems([place(error.text, error.subject)])
            }
        }
        try rewrite(requirements, gpu: config.build.gpu, sdkName: sdkName, place)
    }

    private struct Misfit: Error {
        let text: String
        let subject: Subject
    }

    // MARK: - CUDA

    private mutating func resolveCUDA(_ build: Config.Build, _ requirements: Requirements) throws(Misfit) {
        cuda = build.cuda
        cudnn = build.cudnn
        if let pin = requirements.version(of: "tensorflow") {
            try resolveTensorFlow(pin)
        } else if let torch = requirements.specifier(of: "torch") {
            try resolveTorch(torch)
        }
        let chosen = cuda ?? "11.8"
        cuda = chosen
        guard let version = Version(chosen) else {
            throw Misfit(text: "CUDA \(chosen) is not supported by Cog", subject: .key("build.cuda"))
        }
        let known = CompatibilityTables.cudnns(for: version)
        guard let newest = known.last else {
            throw Misfit(
                text: "CUDA \(chosen) is not supported by Cog: NVIDIA has no image of it\(Self.around(version))",
                subject: .key("build.cuda"))
        }
        if let given = cudnn {
            guard known.map(String.init).contains(given) else {
                let list = known.map(String.init).joined(separator: ", ")
                throw Misfit(
                    text: "the specified CUDA version \(chosen) is not compatible with CuDNN \(given). "
                        + "Compatible CuDNN versions are: \(list)", subject: .key("build.cudnn"))
            }
        } else {
            cudnn = String(newest)
        }
    }

    private mutating func resolveTensorFlow(_ pin: String) throws(Misfit) {
        guard let build = CompatibilityTables.tensorFlow(pin) else {
            if cuda != nil { return }
            throw Misfit(
                text: "cog doesn't know what CUDA version is compatible with tensorflow==\(pin). "
                    + "Set build.cuda (and build.cudnn) in cog.yaml.", subject: .package("tensorflow"))
        }
        if let given = cuda {
            if let version = Version(given), Version(build.cuda)?.matches(version) == false {
                doubt(cuda: given, "Tensorflow \(pin)", better: build.cuda)
            }
        } else {
            cuda = build.cuda
        }
        if let given = cudnn {
            guard given == String(build.cudnn) else {
                throw Misfit(
                    text: "the specified cuDNN version \(given) is not compatible with tensorflow==\(pin): "
                        + "write \(build.cudnn), or leave build.cudnn out", subject: .key("build.cudnn"))
            }
        } else if let version = cuda.flatMap(Version.init), let newest = CompatibilityTables.cudnns(for: version).last {
            // There is no image for some pairs, such as CUDA 12.3 with CuDNN 8.
            let hasImage = CompatibilityTables.cudnns(for: version).contains(build.cudnn)
            cudnn = String(hasImage ? build.cudnn : newest)
            if !hasImage {
                warnings.append(
                    "There is no image with CUDA \(version.minorText) and CuDNN \(build.cudnn), which tensorflow==\(pin) "
                        + "was built with: using CuDNN \(newest)")
            }
        }
    }

    private mutating func resolveTorch(_ specifier: String) throws(Misfit) {
        guard !specifier.isEmpty else {
            let newest = CompatibilityTables.torchBuilds.last?.torchText ?? "2.8.0"
            throw Misfit(
                text: "torch version must be specified when using CUDA: write, for example, torch==\(newest)",
                subject: .package("torch"))
        }
        let builds = Version(specifier).map(CompatibilityTables.torch) ?? []
        let known = builds.compactMap(\.cuda).sorted()
        let suffix = Version(specifier)?.local ?? ""
        if let given = cuda {
            if let version = Version(given), !known.isEmpty, !known.contains(where: { $0.matches(version) }) {
                doubt(cuda: given, "PyTorch \(specifier)", better: known.last?.minorText ?? given)
            }
        } else if suffix.hasPrefix("cu"), let named = Self.cuda(ofIndex: suffix) {
            cuda = named
        } else if let newest = known.last {
            cuda = newest.minorText
        } else if let nearest = Self.nearest(Version(specifier)), let newest = nearest.cuda {
            cuda = newest.minorText
            warnings.append(
                "Cog doesn't know which CUDA torch==\(specifier) was built for: using \(newest.minorText), that of torch "
                    + "\(nearest.torchText), the nearest that it knows. Set build.cuda in cog.yaml to choose another.")
        }
    }

    /// The build for the newest CUDA of the nearest torch that isn't newer; of the oldest one where all are newer.
    private static func nearest(_ version: Version?) -> CompatibilityTables.TorchBuild? {
        let builds = CompatibilityTables.torchBuilds.filter { $0.cuda != nil }
        let older = builds.map(\.torch).filter { torch in version.map { torch < $0 } ?? true }
        let best = older.max() ?? builds.map(\.torch).min()
        return builds.filter { $0.torch == best }.max { left, right in
            guard let left = left.cuda, let right = right.cuda else { return false }
            return left < right
        }
    }

    /// The CUDA versions with images on both sides of one without.
    private static func around(_ version: Version) -> String {
        let known = CompatibilityTables.cudaImages.map(\.cuda)
        let near = [known.filter { $0 < version }.max(), known.filter { version < $0 }.min()].compactMap { $0 }
        return near.isEmpty ? "" : "; the nearest are " + near.map(\.minorText).joined(separator: " and ")
    }

    private mutating func doubt(cuda: String, _ framework: String, better: String) {
        warnings.append(
            "Cog doesn't know if CUDA \(cuda) is compatible with \(framework). This might cause CUDA problems.")
        warnings.append("Try \(better) instead?")
    }

    /// `cu118` names CUDA 11.8.
    private static func cuda(ofIndex text: String) -> String? {
        let digits = text.dropFirst(2)
        guard digits.count >= 3, digits.allSatisfy(\.isNumber) else { return nil }
        return "\(digits.dropLast()).\(digits.suffix(1))"
    }

    // MARK: - Lines

    private mutating func rewrite(
        _ requirements: Requirements, gpu: Bool, sdkName: String, _ place: (String, Subject) -> String
    ) throws(ConfigFailure) {
        var links: [String] = []
        var indexes: Set<String> = []
        var packages: [String] = []
        for text in requirements.lines {
            let line = RequirementLine(text)
            if line.name == "cog" || line.name == "coglet" {
                warnings.append(
                    "'\(text)' found in requirements — overriding with \(sdkName). Remove it from requirements and use "
                        + "build.sdk_version in cog.yaml or COG_SDK_WHEEL to control the version.")
                continue
            }
            do throws(ArtifactFailure) {
                if let path = try LocalArtifact.path(in: text) {
                    artifacts.append(path)
                    continue
                }
            } catch {
                throw .problems([place(error.description, .line(text))])
            }
            var kept: [String] = []
            var hasIndex = false
            // Where pip looks goes for all packages: it knows these options on lines of their own alone.
            for option in text.hasPrefix("-") ? [text] : line.options {
                if let link = Self.value(of: "--find-links", in: option) {
                    if !links.contains(link) { links.append(link) }
                } else if let index = Self.value(of: "--extra-index-url", in: option) {
                    indexes.insert(index)
                    hasIndex = true
                } else {
                    kept.append(option)
                }
            }
            if text.hasPrefix("-") {
                packages += kept
            } else if !hasIndex, let build = build(for: line, gpu: gpu) {
                indexes.insert(Self.wheelIndex + build.index)
                packages.append(([build.line] + kept).joined(separator: " "))
            } else if line.options.isEmpty {
                packages.append(text)
            } else {
                let requirement = line.requirement + (line.marker.isEmpty ? "" : " " + line.marker)
                packages.append(([requirement] + kept).joined(separator: " "))
            }
        }
        guard !packages.isEmpty || !artifacts.isEmpty else { return }
        lines = links.map { "--find-links \($0)" } + indexes.sorted().map { "--extra-index-url \($0)" } + packages
    }

    private static func value(of name: String, in option: String) -> String? {
        guard option.hasPrefix(name + " ") || option.hasPrefix(name + "=") else { return nil }
        return option.dropFirst(name.count + 1).trimmingSpaces
    }

    /// The wheel index and the line for a pinned torch or torchvision; nil where the line stays as it is.
    private func build(for line: RequirementLine, gpu: Bool) -> (index: String, line: String)? {
        guard let name = line.name, name == "torch" || name == "torchvision", let pinned = line.pinned,
            let version = Version(pinned)
        else { return nil }
        let rows = CompatibilityTables.torchBuilds.filter { row in
            (name == "torch" ? row.torch : Version(row.torchvision))?.matches(version) == true
        }
        let bare = line.with(version: pinned.split(separator: "+").first.map(String.init) ?? pinned)
        if !gpu { return rows.contains { $0.cuda == nil } ? ("cpu", bare) : nil }
        guard let cuda = cuda.flatMap(Version.init) else { return nil }
        let fitting = rows.filter { row in row.cuda.map { $0.hasSameMinor(as: cuda) || $0 < cuda } ?? false }
        return fitting.max { ($0.cuda ?? cuda) < ($1.cuda ?? cuda) }.map { ($0.index, bare) }
    }
}

package import ModelConfig
package import PythonPackages
package import PythonSource
package import ToolBasics

/// Compares what a model imports with what its configuration installs.
package struct ImportedPackages: Equatable, Sendable {
    /// Requirements to add, one a package: what models could do without naming as long as the SDK needed it itself.
    package private(set) var added: [String] = []
    /// What was added, and what is missing, fit to print.
    package private(set) var notes: [Note] = []
    /// What is missing.
    package private(set) var missing: [Missing] = []

    /// A module that no requirement provides.
    package struct Missing: Equatable, Sendable {
        package let file: String
        package let line: Int
        package let module: String
        package let fix: String

        package var message: String { "no requirement provides the module \"\(module)\"" }
    }

    /// The packages that the original's SDK depended on, by the modules they bring.
    private static let oncePartOfSDK = [
        "requests": "requests", "yaml": "pyyaml", "typing_extensions": "typing_extensions", "structlog": "structlog",
        "pydantic": "pydantic",
    ]

    /// - Parameters:
    ///   - imports: of the model's files.
    ///   - config: its steps may install packages too, and what they install isn't known.
    package init(_ imports: [ModuleImports.Import], requirements: Requirements, config: Config) {
        let lines = requirements.lines.map(RequirementLine.init)
        let names = lines.compactMap(\.name)
        let words = Self.words(config)
        let isOpen = Self.installsFromElsewhere(lines, words, config)
        let installed = names + words
        let hasUnknown = isOpen || names.contains { !PackageNames.isKnown($0) }
        for found in imports where !["cog", "coglet"].contains(found.module) {
            if installed.contains(where: { PackageNames.brings($0, found.module) }) { continue }
            // An SDK of another version brings what it needs.
            if let package = Self.oncePartOfSDK[found.module], config.build.sdkVersion == nil {
                added.append(package)
                notes.append(
                    .info(
                        "\(found.file):\(found.line): adding \(package), which the model imports: to choose its version, "
                            + Self.fix(package, config)))
                continue
            }
            if isOpen || hasUnknown && PackageNames.isCommon(found.module) { continue }
            let gap = Missing(
                file: found.file, line: found.line, module: found.module,
                fix: Self.fix(PackageNames.package(of: found.module), config))
            missing.append(gap)
            notes.append(.warning("\(gap.file):\(gap.line): \(gap.message): \(gap.fix)"))
        }
    }

    /// The words of the steps, in the form of package names.
    private static func words(_ config: Config) -> [String] {
        config.build.steps.flatMap { step in
            step.command.lowercased().split { " =<>[]\"'".contains($0) }.map { String($0).replacing("_", with: "-") }
        }
    }

    /// Whether the steps install from other places or with other tools: what those bring isn't known.
    private static func installsFromElsewhere(_ lines: [RequirementLine], _ words: [String], _ config: Config) -> Bool {
        let isPlace = { (line: RequirementLine) in line.name == nil && !line.requirement.hasPrefix("--") }
        if lines.contains(where: { isPlace($0) || $0.isAddress }) { return true }
        let tools: Set = ["-r", "-e", "conda", "mamba", "micromamba", "poetry", "pdm", "."]
        let places = ["git+", ".whl", "setup.py", "://"]
        if words.contains(where: { word in tools.contains(word) || places.contains { word.contains($0) } }) {
            return true
        }
        return config.build.systemPackages.contains { $0.hasPrefix("python3-") }
    }

    private static func fix(_ package: String, _ config: Config) -> String {
        if let file = config.build.pythonRequirements { return "add \(package) to \(file)" }
        if !config.build.pythonPackages.isEmpty { return "add \(package) to build.python_packages" }
        return "add \(package) to requirements.txt, and name that file as build.python_requirements"
    }
}

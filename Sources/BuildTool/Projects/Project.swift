import Foundation
package import ModelConfig
package import ModelSchema
package import PythonPackages
import PythonSource
package import ToolBasics

/// A directory with a `cog.yaml`, loaded and checked.
package struct Project: Sendable {
    /// The directory that relative paths of the configuration are relative to; no links, no trailing slash.
    package let directory: String
    /// The name of the configuration file in `directory`.
    package let configName: String
    /// The configuration with the defaults filled in.
    package var config: Config
    /// What was read of the file, with its places.
    package let reader: ConfigReader
    /// The Python packages of the project, with those that are added for its imports.
    package let requirements: Requirements
    /// Unknown and deprecated keys, and choices made for the user, fit to print.
    package let notes: [Note]
    /// What the model imports and no requirement provides.
    package let missingPackages: [ImportedPackages.Missing]

    /// `.cog` in the project.
    package var stateDirectory: String { directory + "/.cog" }

    /// Checks the examples of the configuration by the model's document.
    ///
    /// - Throws: all problems.
    package func checkExamples(_ document: ModelDocument) throws(ConfigFailure) {
        let problems = ExampleCheck(reader, document).problems()
        guard problems.isEmpty else { throw .problems(problems) }
    }

    /// Finds, reads and checks the configuration.
    ///
    /// - Parameters:
    ///   - name: a file name or path, looked up in `start` and in up to 100 directories above it; or an absolute path.
    ///   - start: an absolute directory.
    /// - Throws: `ConfigFailure` with all problems, or `ProjectFailure`.
    package static func load(_ name: String, from start: String) throws -> Project {
        let (directory, relative) = try find(name, from: start)
        let path = directory + "/" + relative
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            // The reason is one of two: the file went away or isn't UTF-8.
            throw ProjectFailure.notText(relative)
        }
        let reader = try ConfigReader(text, file: relative)
        guard reader.problems.isEmpty else { throw ConfigFailure.problems(reader.problems) }
        let exists = { (path: String) in
            RegularFile.isAt(path.hasPrefix("/") ? path : directory + "/" + path)
        }
        var requirements = readRequirements(reader.config.build, directory)
        var validator = ConfigValidator(
            reader, file: relative, requirements: requirements, fileExists: exists,
            projectFile: { ProjectFile($0, in: directory) })
        let packages = checkRequirements(reader, directory)
        let problems = validator.validate() + packages.problems
        guard problems.isEmpty else { throw ConfigFailure.problems(problems) }
        let deprecations = ConfigValidator.deprecations(in: reader, file: relative)
        var notes = (reader.warnings + deprecations + packages.warnings).map(Note.warning)
        var config = reader.config
        if config.build.pythonVersion == nil {
            let version = defaultPython(requirements)
            config.build.pythonVersion = version
            notes.append(.info("build.python_version is not set in \(relative), using Python \(version)"))
        }
        let entries = [config.predict, config.train].compactMap { $0?.split(around: ":").first }
        let imported = ImportedPackages(
            ModuleImports(directory: directory, entries: entries).found, requirements: requirements, config: config)
        requirements.lines += imported.added
        notes += imported.notes
        return Project(
            directory: directory, configName: relative, config: config, reader: reader, requirements: requirements,
            notes: notes, missingPackages: imported.missing)
    }

    /// The directory of the configuration and the file's name in it. A name with a path is looked up like one without:
    /// what the file says is relative to the file.
    package static func find(_ name: String, from start: String) throws(ProjectFailure) -> (String, String) {
        guard !start.isEmpty else { throw .noDirectory }
        if name.hasPrefix("/") {
            let url = URL(fileURLWithPath: name).standardizedFileURL
            guard RegularFile.isAt(url.path) else {
                throw .notFound(name, from: nil, obstacle: RegularFile.obstacle(url.path))
            }
            return (resolved(url.deletingLastPathComponent().path), url.lastPathComponent)
        }
        var directory = resolved(start)
        for _ in 0...100 {
            let path = directory + "/" + name
            if RegularFile.isAt(path) {
                let url = URL(fileURLWithPath: path).standardizedFileURL
                return (resolved(url.deletingLastPathComponent().path), url.lastPathComponent)
            }
            if directory == "/" || directory.isEmpty { break }
            directory = URL(fileURLWithPath: directory).deletingLastPathComponent().path
        }
        throw .notFound(name, from: start, obstacle: RegularFile.obstacle(start + "/" + name))
    }

    /// The image name when nothing names one: `cog-` and the directory's name in lower case.
    package var derivedImageName: String { Self.imageName(ofDirectory: directory) }

    static func imageName(ofDirectory directory: String) -> String {
        let base = directory.split(separator: "/").last.map(String.init) ?? ""
        let kept = base.lowercased().replacing(" ", with: "-").filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
        }
        let name = String(kept.prefix(26)).trimmingDashes
        if name.isEmpty { return "cog-model" }
        return name.hasPrefix("cog-") ? name : "cog-" + name
    }

    /// The text of `.dockerignore`, with a line end after every line; empty if there is no such file.
    package func ignoreText() throws(FileFailure) -> String {
        let path = directory + "/.dockerignore"
        guard FileManager.default.fileExists(atPath: path) else { return "" }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .notText(path)
        }
        return text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }

    private static func checkRequirements(_ reader: ConfigReader, _ directory: String) -> (
        problems: [String], warnings: [String]
    ) {
        guard let path = reader.config.build.pythonRequirements else {
            let check = RequirementsCheck(packagesOf: reader)
            return (check.problems, check.warnings)
        }
        let full = path.hasPrefix("/") ? path : directory + "/" + path
        // The validator reports a missing file.
        guard RegularFile.isAt(full), let data = FileManager.default.contents(atPath: full) else {
            return ([], [])
        }
        guard let text = String(data: data, encoding: .utf8) else {
            return (["\(path) is not UTF-8 text: save it as UTF-8"], [])
        }
        let check = RequirementsCheck(text, file: path)
        return (check.problems, check.warnings)
    }

    private static func readRequirements(_ build: Config.Build, _ directory: String) -> Requirements {
        guard let path = build.pythonRequirements else { return Requirements(packages: build.pythonPackages) }
        let full = path.hasPrefix("/") ? path : directory + "/" + path
        // The validator reports a missing file.
        guard RegularFile.isAt(full) else { return Requirements(packages: []) }
        return Requirements(text: (try? String(contentsOfFile: full, encoding: .utf8)) ?? "")
    }

    /// 3.13, or the newest version for which the pinned framework has builds.
    static func defaultPython(_ requirements: Requirements) -> String {
        var minor = 13
        if let pin = requirements.version(of: "torch").flatMap(Version.init),
            let build = CompatibilityTables.torch(pin).first
        {
            minor = min(minor, build.pythons.upperBound)
        }
        if let pin = requirements.version(of: "tensorflow"), let build = CompatibilityTables.tensorFlow(pin) {
            minor = min(minor, max(10, build.pythons.upperBound))
        }
        return "3.\(minor)"
    }
}

import Foundation
import ImagePlans
import ModelConfig
import Projects
import PythonPackages
import ToolBasics

/// Checks of what a project installs, and of the files that get into its image.
extension Doctor {
    /// Packages: those that are missing, those that are not pinned, and combinations that the tables don't know.
    func packages(_ project: Project, _ report: inout DoctorReport) {
        var missing = DoctorCheck(.requirements)
        missing.findings = project.missingPackages.map { .init($0.file, $0.line, $0.message, remedy: $0.fix) }
        report.recordFindings(missing)
        var unpinned = DoctorCheck(.unpinned)
        for name in ["torch", "torchvision", "torchaudio", "tensorflow"]
        where project.requirements.specifier(of: name) == "" {
            unpinned.findings.append(
                .init(
                    project.config.build.pythonRequirements ?? project.configName, nil,
                    "\(name) has no version: builds install the newest one, whatever CUDA version it needs"))
        }
        report.recordFindings(unpinned)
        var cuda = DoctorCheck(.cuda)
        do {
            let packages = try ResolvedPackages(
                config: project.config, requirements: project.requirements, sdkName: "cog")
            // Each doubt comes with what to try instead.
            let doubts = packages.warnings.filter { $0.contains("CUDA") || $0.contains("instead?") }
            if !doubts.isEmpty { cuda.findings = [.init(doubts.joined(separator: "\n"))] }
        } catch {
            cuda.findings = [.init("the build will fail: \(error.report)")]
        }
        report.recordFindings(cuda)
    }

    /// Files: large ones, and those that should not get into an image.
    func files(_ project: Project, _ report: inout DoctorReport) {
        let text = (try? project.ignoreText()) ?? ""
        report.recordFindings(ignored(project.directory, text))
        guard let limit = project.config.build.largeFilesBytes else { return }
        let large = LargeFiles.find(in: project.directory, aboveBytes: limit, ignored: text)
        guard let first = large.first else { return }
        let count = large.count == 1 ? first : "\(large.count) files, such as \(first)"
        report.mention(
            .largeFiles, .init("larger than \(ByteSize.text(limit)), with a layer of its own in the image: \(count)"))
    }

    /// Files that many projects have and no image should have.
    private static let unwanted = [".git", ".env", ".venv", "venv", "node_modules"]

    private func ignored(_ directory: String, _ text: String) -> DoctorCheck {
        var check = DoctorCheck(.ignored, isFixable: true)
        let rules = IgnoreRules(text)
        let found = Self.unwanted.filter {
            FileManager.default.fileExists(atPath: directory + "/" + $0) && !rules.hides($0)
        }
        check.findings = found.map { name in
            .init(
                ".dockerignore", nil,
                name == ".env"
                    ? ".env is not ignored: the image would contain its secrets"
                    : "\(name) is not ignored: the image would contain all of it", remedy: "Add the line \(name)")
        }
        guard fixes, !found.isEmpty else { return check }
        do {
            try (text + found.map { $0 + "\n" }.joined())
                .write(toFile: directory + "/.dockerignore", atomically: true, encoding: .utf8)
            check.isFixed = true
        } catch {
            check.findings.append(.init("can't write .dockerignore: \(error.localizedDescription)"))
        }
        return check
    }

    /// Inputs as decorators, and methods of the first SDK.
    func oldAPI(_ text: String, _ file: String) -> DoctorCheck {
        var check = DoctorCheck(.oldAPI)
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let code = line.trimmingSpaces
            if code.hasPrefix("@cog.input") || code.hasPrefix("@input(") {
                check.findings.append(
                    .init(
                        file, index + 1, "input decorators belong to the API of 2021",
                        remedy: "Write it as a parameter: name: type = Input(default=…, description=…)"))
            } else if code.hasPrefix("class ") && (code.contains("(cog.Model)") || code.contains("(Model):")),
                text.contains("@cog.input")
            {
                check.findings.append(
                    .init(
                        file, index + 1, "cog.Model belongs to the API of 2021",
                        remedy: "Derive the class from BaseRunner: from cog import BaseRunner, Input"))
            }
        }
        return check
    }
}

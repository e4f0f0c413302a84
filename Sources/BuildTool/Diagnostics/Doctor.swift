import Foundation
import ModelConfig
import Projects
import ToolBasics

/// Checks a project: its configuration, its Python file, and the machine.
///
/// Checks read files and never run the project's code. `Doctor+Python` and `Doctor+Machine` have theirs.
package struct Doctor {
    let environment: [String: String]
    let fixes: Bool
    private let file: String
    private let start: String

    /// - Parameters:
    ///   - file: the configuration's name, looked up from `directory`.
    ///   - fixes: whether to repair what can be repaired.
    package init(file: String, directory: String, environment: [String: String], fixes: Bool) {
        self.file = file
        start = directory
        self.environment = environment
        self.fixes = fixes
    }

    /// Runs every check.
    ///
    /// - Throws: `ProjectFailure` when there is no configuration at all.
    package func examine() async throws -> DoctorReport {
        let (directory, name) = try Project.find(file, from: start)
        var report = DoctorReport(fixes: fixes)
        report.heading("Config")
        var reader = parse(directory, name, &report)
        let project = loadProject(isReadable: reader != nil, &report)
        if let found = reader, wantsNewNames {
            let migration = NameMigration(directory: directory, configName: name, reader: found)
            report.record(migration.check(fixes: fixes))
            // What follows looks at the files as they are now.
            reader = readConfig(directory, name).reader ?? found
        } else if let found = reader, let place = found.places["predict"], found.predictKey?.isEmpty == false {
            report.mention(
                .olderName,
                .init(
                    name, place.line,
                    "predict is the older name of run, and stays; COG_DEPRECATIONS=1 cog doctor --fix changes it"))
        }
        var deprecated = DoctorCheck(.fields)
        if let reader {
            deprecated.findings = ConfigValidator.deprecations(in: reader, file: name).map { .init($0) }
        }
        report.record(deprecated)
        if let project { files(project, &report) }
        report.heading("Python")
        if let reader { python(reader, directory, name, &report) }
        if let project { packages(project, &report) }
        report.heading("Environment")
        await machine(pythonVersion: reader?.config.build.pythonVersion, name, project, &report)
        return report
    }

    /// The older names, such as `predict`, are reported only on request.
    private var wantsNewNames: Bool { environment[.deprecations] == "1" }

    // MARK: - Configuration

    private func parse(_ directory: String, _ name: String, _ report: inout DoctorReport) -> ConfigReader? {
        var check = DoctorCheck(.parsing)
        let (reader, problems) = readConfig(directory, name)
        // A mapping was the form of 2021.
        let old = "environment must be a list, not a mapping"
        check.findings = problems.map {
            .init($0, remedy: $0.contains(old) ? "Write a list: environment: [NAME=value]" : nil)
        }
        report.record(check)
        return reader
    }

    /// The configuration, or what keeps it from being read.
    private func readConfig(_ directory: String, _ name: String) -> (reader: ConfigReader?, problems: [String]) {
        do {
            let text = try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
            let reader = try ConfigReader(text, file: name)
            return (reader.problems.isEmpty ? reader : nil, reader.problems)
        } catch let error as ConfigFailure {
            return (nil, ["\(name) has invalid YAML: \(error)"])
        } catch {
            return (nil, ["\(name) has invalid YAML: the file can't be read as UTF-8 text"])
        }
    }

    private func loadProject(isReadable: Bool, _ report: inout DoctorReport) -> Project? {
        var check = DoctorCheck(.schema)
        defer { report.record(check) }
        // The check before this one reports a file that can't be read.
        guard isReadable else { return nil }
        do {
            return try Project.load(file, from: start)
        } catch ConfigFailure.problems(let problems) {
            check.findings = problems.map { .init("validation failed: \($0)") }
        } catch {
            check.findings = [.init("validation failed: \(error.report)")]
        }
        return nil
    }
}

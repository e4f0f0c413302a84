import Foundation

/// Looks a project over: its configuration, its Python file, and the machine.
package struct Doctor {
    private let file: String
    private let start: String
    private let environment: [String: String]
    private let fixes: Bool

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
    /// - Throws: `CogError.config` when there is no configuration at all.
    package func examine() async throws(CogError) -> DoctorReport {
        let (directory, name) = try Project.find(file, from: start)
        // An unreadable file shows as one without any key.
        let text = (try? String(contentsOfFile: directory + "/" + name, encoding: .utf8)) ?? ""
        var report = DoctorReport()
        report.heading("Config")
        let reader = parse(text, name, &report)
        var schema = DoctorCheck(title: "Config schema", isError: true)
        do {
            _ = try Project.load(file, from: start)
        } catch .config(let problems) where reader != nil {
            schema.findings = problems.map { .init(text: "validation failed: \($0)") }
        } catch {
            // Told by the check before.
        }
        report.record(schema, fixes: fixes)
        var deprecated = DoctorCheck(title: "Deprecated fields", isError: false)
        if let reader {
            deprecated.findings = ConfigValidator.deprecations(in: reader, file: name).map { .init(text: $0) }
        }
        report.record(deprecated, fixes: fixes)
        report.heading("Python")
        if let reader { python(reader.config, directory, name, &report) }
        report.heading("Environment")
        await machine(reader?.config, &report)
        return report
    }

    private func parse(_ text: String, _ name: String, _ report: inout DoctorReport) -> ConfigReader? {
        var check = DoctorCheck(title: "Config parsing", isError: true)
        defer { report.record(check, fixes: fixes) }
        do {
            let reader = try ConfigReader(text, file: name)
            check.findings = reader.problems.map { .init(text: $0) }
            return reader.problems.isEmpty ? reader : nil
        } catch {
            check.findings = [.init(text: "\(name) has invalid YAML: \(error)")]
            return nil
        }
    }

    // MARK: - Python

    private func python(_ config: Config, _ directory: String, _ configName: String, _ report: inout DoctorReport) {
        var reference = DoctorCheck(title: "Predict reference", isError: true)
        guard let entry = config.predict else {
            reference.findings =
                config.train == nil ? [.init(text: "no predict or train reference found in \(configName)")] : []
            return report.record(reference, fixes: fixes)
        }
        let parts = entry.components(separatedBy: ".py:")
        guard parts.count == 2 else {
            reference.findings = [.init(text: "\(entry) must be in the form 'file.py:ClassName'")]
            return report.record(reference, fixes: fixes)
        }
        let file = parts[0] + ".py"
        guard let text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8) else {
            reference.findings = [
                .init(text: "\(file) not found", remedy: "Create \(file) or change the reference in \(configName)")
            ]
            return report.record(reference, fixes: fixes)
        }
        var source = PythonSource(text)
        let names = source.topLevelNames()
        if !names.classes.contains(parts[1]), !names.functions.contains(parts[1]) {
            let found = names.classes.isEmpty ? "" : "; found: " + names.classes.joined(separator: ", ")
            reference.findings = [.init(text: "class \"\(parts[1])\" not found in \(file)\(found)")]
        }
        report.record(reference, fixes: fixes)
        var workaround = pydanticWorkaround(source, file)
        var imports = DoctorCheck(title: "Deprecated imports", isError: true)
        imports.isFixable = true
        imports.findings = source.lineNumbers(with: "ExperimentalFeatureWarning").map {
            .init(
                text: "\(file):\($0) — ExperimentalFeatureWarning no longer exists in cog", remedy: "Remove the import")
        }
        if fixes, !workaround.findings.isEmpty || !imports.findings.isEmpty {
            Self.repair(&source)
            let isWritten =
                (try? source.text.write(toFile: directory + "/" + file, atomically: true, encoding: .utf8)) != nil
            workaround.isFixed = isWritten
            imports.isFixed = isWritten && source.lineNumbers(with: "ExperimentalFeatureWarning").isEmpty
        }
        report.record(workaround, fixes: fixes)
        report.record(imports, fixes: fixes)
        report.record(annotations(source, parts[1], file), fixes: fixes)
    }

    private func pydanticWorkaround(_ source: PythonSource, _ file: String) -> DoctorCheck {
        var check = DoctorCheck(title: "Pydantic BaseModel workaround", isError: true)
        check.isFixable = true
        let usesPydantic = source.lines.contains { $0.hasPrefix("from pydantic import") && $0.contains("BaseModel") }
        guard usesPydantic else { return check }
        check.findings = source.lineNumbers(with: "arbitrary_types_allowed").map {
            .init(
                text: "\(file):\($0) — an output class is a pydantic.BaseModel with arbitrary_types_allowed",
                remedy: "Use BaseModel of cog instead")
        }
        return check
    }

    /// Rewrites to the SDK's `BaseModel`, and removes settings and imports that have no use any more.
    private static func repair(_ source: inout PythonSource) {
        if !source.lineNumbers(with: "arbitrary_types_allowed").isEmpty {
            source.replaceLines { line in
                line.contains("arbitrary_types_allowed") && line.contains("model_config") ? nil : line
            }
            source.removeImport("BaseModel")
            source.removeImport("ConfigDict")
            source.replaceLines { line in
                guard line.hasPrefix("from cog import "), !line.contains("BaseModel") else { return line }
                return "from cog import BaseModel, " + line.dropFirst("from cog import ".count)
            }
        }
        source.removeImport("ExperimentalFeatureWarning")
    }

    private func annotations(_ source: PythonSource, _ className: String, _ file: String) -> DoctorCheck {
        var check = DoctorCheck(title: "Type annotations", isError: false)
        for method in ["run", "predict"] {
            guard let signature = source.signature(of: method, in: className) else { continue }
            if !signature.text.contains("->") {
                check.findings.append(
                    .init(
                        text: "\(file):\(signature.line) — \(className).\(method)() is missing a return type annotation"
                    ))
            }
        }
        return check
    }

    // MARK: - Machine

    private func machine(_ config: Config?, _ report: inout DoctorReport) async {
        if (environment["COG_SKIP_DOCKER_CHECK"] ?? "").isEmpty {
            var docker = DoctorCheck(title: "Docker", isError: true)
            do {
                _ = try await Engine.connect(environment)
            } catch {
                docker.findings = [.init(text: "Docker is not available: \(error)")]
            }
            report.record(docker, fixes: fixes)
        }
        var python = DoctorCheck(title: "Python version", isError: false)
        let answer = try? await Tool("python3").answer(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        if let found = answer?.output.trimmingSpaces, answer?.succeeded == true {
            let wanted = config?.build.pythonVersion.flatMap(Version.init)?.minorText
            if let wanted, wanted != found {
                python.findings = [.init(text: "local Python is \(found) but \(file) specifies \(wanted)")]
            }
        } else {
            python.findings = [.init(text: "no Python found on PATH")]
        }
        report.record(python, fixes: fixes)
    }
}

import Foundation
import ModelConfig
import PythonSource
import ToolBasics

/// Checks of the file that the configuration names as the model.
extension Doctor {
    func python(_ reader: ConfigReader, _ directory: String, _ configName: String, _ report: inout DoctorReport) {
        model(reader, directory, configName, &report)
        let defaults = noneDefaults(reader.config, directory)
        // Most projects have none, so this appears only if something was found.
        report.recordFindings(defaults)
    }

    private func model(_ reader: ConfigReader, _ directory: String, _ configName: String, _ report: inout DoctorReport)
    {
        guard let entry = reader.config.predict else {
            return report.record(missingReference(reader.config, configName))
        }
        var reference = DoctorCheck(.reference)
        let line = reader.places[reader.runKey == entry ? "run" : "predict"]?.line
        let parts = entry.split(around: ".py:")
        guard parts.count == 2 else {
            reference.findings = [.init(configName, line, "\(entry) must be in the form 'file.py:ClassName'")]
            return report.record(reference)
        }
        let file = parts[0] + ".py"
        guard let text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8) else {
            let remedy = "Create \(file) or change the reference in \(configName)"
            reference.findings = [.init(configName, line, "\(file) not found", remedy: remedy)]
            return report.record(reference)
        }
        var source = PythonFile(text)
        report.recordFindings(oldAPI(text, file))
        let names = source.topLevelNames()
        if !names.classes.contains(parts[1]), !names.functions.contains(parts[1]) {
            let found = names.classes.isEmpty ? "" : "; found: " + names.classes.joined(separator: ", ")
            reference.findings = [.init(configName, line, "class \"\(parts[1])\" not found in \(file)\(found)")]
        }
        report.record(reference)
        for fix in [PythonFix.pydanticWorkaround, .deprecatedImports] {
            report.record(apply(fix, to: &source, file, directory))
        }
        report.record(annotations(source, parts[1], file))
    }

    private func missingReference(_ config: Config, _ configName: String) -> DoctorCheck {
        var check = DoctorCheck(.reference)
        if config.train == nil { check.findings = [.init("no predict or train reference found in \(configName)")] }
        return check
    }

    private func apply(
        _ fix: PythonFix, to source: inout PythonFile, _ file: String, _ directory: String
    ) -> DoctorCheck {
        var check = DoctorCheck(fix.kind)
        check.findings = fix.lines(source).map { .init(file, $0, fix.problem, remedy: fix.remedy) }
        guard !check.findings.isEmpty, let repaired = fix.repaired(source) else { return check }
        check.isFixable = true
        guard fixes else { return check }
        do {
            try repaired.text.write(toFile: directory + "/" + file, atomically: true, encoding: .utf8)
            source = repaired
            check.isFixed = true
        } catch {
            check.findings.append(.init("can't write \(file): \(error.localizedDescription)"))
        }
        return check
    }

    private func annotations(_ source: PythonFile, _ name: String, _ file: String) -> DoctorCheck {
        var check = DoctorCheck(.annotations)
        var signatures = ["run", "predict"].compactMap { method in
            source.signature(of: method, in: name).map { (name + "." + method, $0) }
        }
        if let function = source.signature(ofFunction: name) { signatures.append((name, function)) }
        check.findings = signatures.filter { !$1.text.contains("->") }.map { name, signature in
            .init(file, signature.line, "\(name)() is missing a return type annotation")
        }
        return check
    }

    /// Inputs whose type leaves out the None that is their default, of the model and of the training.
    private func noneDefaults(_ config: Config, _ directory: String) -> DoctorCheck {
        var check = DoctorCheck(.noneDefaults, isFixable: true)
        var isFixed = fixes
        for (entry, methods) in [(config.predict, ["run", "predict"]), (config.train, ["train"])] {
            let parts = entry?.split(around: ".py:") ?? []
            guard parts.count == 2 else { continue }
            let file = parts[0] + ".py"
            // A missing file is reported elsewhere.
            guard var text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8) else { continue }
            let before = text
            for method in methods {
                let source = PythonFile(text)
                let isFunction = source.topLevelNames().functions.contains(parts[1])
                guard method == methods[0] || !isFunction,
                    let definition = isFunction
                        ? source.signature(ofFunction: parts[1]) : source.inheritedSignature(of: method, in: parts[1])
                else { continue }
                let found = NoneDefaults(in: source, definedAt: definition.line)
                check.findings += found.inputs.map { input in
                    .init(
                        file, input.line,
                        "the default of \(input.name) is None, but \(input.annotation) doesn't include None",
                        remedy: "Write \(input.name): \(input.optional)")
                }
                text = found.repaired().text
            }
            guard fixes, text != before else { continue }
            do {
                try text.write(toFile: directory + "/" + file, atomically: true, encoding: .utf8)
            } catch {
                isFixed = false
                check.findings.append(.init("can't write \(file): \(error.localizedDescription)"))
            }
        }
        check.isFixed = isFixed
        return check
    }
}

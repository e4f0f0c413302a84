import JSON
import Testing

@testable import Diagnostics

private func check(_ kind: DoctorKind, _ findings: [DoctorCheck.Finding], isFixable: Bool = false) -> DoctorCheck {
    var check = DoctorCheck(kind, isFixable: isFixable)
    check.findings = findings
    return check
}

@Suite struct DoctorReportTests {
    @Test func nothingFound() {
        var report = DoctorReport(fixes: false)
        report.heading("Config")
        report.record(DoctorCheck(.parsing))
        report.recordFindings(DoctorCheck(.cuda))
        #expect(report.lines == [.init(kind: .heading, text: "Config"), .init(kind: .passed, text: "Config parsing")])
        #expect(report.summary == "no issues found")
        #expect(report.unfixedErrors == 0)
    }

    @Test func findings() throws {
        var report = DoctorReport(fixes: false)
        report.record(check(.reference, [.init("cog.yaml", 3, "run.py not found", remedy: "Create run.py")]))
        report.record(check(.ignored, [.init(".dockerignore", nil, "venv is not ignored")], isFixable: true))
        report.mention(.largeFiles, .init("a.bin is large"))
        #expect(
            report.lines.map(\.text) == [
                "Predict reference", "cog.yaml:3 — run.py not found", "Fix [predict-reference]: Create run.py",
                ".dockerignore", ".dockerignore — venv is not ignored",
                "Fix [dockerignore]: Add the line to .dockerignore, or run: cog doctor --fix", "a.bin is large",
            ])
        #expect(report.summary == "Found 1 error, 1 warning. Run \"cog doctor --fix\" to auto-fix.")
        let json = try JSONTree(parsing: report.json)
        #expect(json["errors"] == .int(1))
        #expect(json["findings"]?.array?.count == 3)
        let first = json["findings"]?.array?.first
        #expect(first?["code"] == .string("predict-reference"))
        #expect(first?["line"] == .int(3))
        #expect(first?["fix"] == .string("Create run.py"))
    }

    @Test func fixedFindings() {
        var report = DoctorReport(fixes: true)
        var fixed = check(.names, [.init("a"), .init("b")])
        fixed.isFixed = true
        report.record(fixed)
        report.record(check(.schema, [.init("validation failed: cog.yaml:2:1: wrong\n  text")]))
        #expect(
            report.lines.map(\.text) == [
                "Fixed: Deprecated predict interface names", "Config schema", "validation failed: cog.yaml:2:1: wrong",
                "  text", "(no auto-fix available)",
            ])
        #expect(report.summary == "Fixed 2 issues. 0 warnings remaining. 1 unfixed error.")
    }

    /// A message of the configuration's says by itself where it is.
    @Test(
        arguments: [
            ("cog.yaml:2:3: wrong", "cog.yaml", 2), ("validation failed: c.yaml:12:1: x", "c.yaml", 12),
            ("cog.yaml has invalid YAML: failed to parse cog.yaml: invalid YAML: line 4, column 1: x", "cog.yaml", 4),
            ("Docker is not available: tcp://h:1: refused", nil, nil),
        ] as [(String, String?, Int?)])
    func placesInTexts(text: String, file: String?, line: Int?) {
        let finding = DoctorCheck.Finding(text)
        #expect(finding.file == file)
        #expect(finding.line == line)
        #expect(finding.text == text)
    }

    @Test func inputsOf2021() {
        let doctor = Doctor(file: "cog.yaml", directory: "/", environment: [:], fixes: false)
        let text =
            "import cog\nclass Model(cog.Model):\n    @cog.input(\"x\", type=str)\n    def predict(self, x): pass\n"
        #expect(doctor.oldAPI(text, "m.py").findings.map(\.line) == [2, 3])
        #expect(doctor.oldAPI("class A(cog.Model): pass", "m.py").findings.isEmpty)
    }
}

internal import JSON

/// What `cog doctor` found, as lines to print and as a document for programs.
package struct DoctorReport: Sendable {
    /// A line and what it is.
    package struct Line: Equatable, Sendable {
        package enum Kind: Sendable {
            case heading
            case passed
            case warning
            case error
            case detail
        }

        package let kind: Kind
        package let text: String
    }

    package private(set) var lines: [Line] = []
    /// Errors that are left; any makes the command fail.
    package private(set) var unfixedErrors = 0
    private let fixes: Bool
    private var fixed = 0
    private var warnings = 0
    private var fixable = 0
    private var documents: [JSONTree] = []

    /// - Parameter fixes: whether `--fix` was given: what is left then comes with advice.
    init(fixes: Bool) { self.fixes = fixes }

    package var summary: String {
        if fixed > 0 {
            return "Fixed \(Self.count(fixed, "issue")). \(Self.count(warnings, "warning")) remaining. "
                + "\(Self.count(unfixedErrors, "unfixed error"))."
        }
        var parts: [String] = []
        if unfixedErrors > 0 { parts.append(Self.count(unfixedErrors, "error")) }
        if warnings > 0 { parts.append(Self.count(warnings, "warning")) }
        guard !parts.isEmpty else { return "no issues found" }
        let hint = fixable > 0 && !fixes ? " Run \"cog doctor --fix\" to auto-fix." : ""
        return "Found \(parts.joined(separator: ", "))." + hint
    }

    /// All findings as JSON text: `{"errors": N, "findings": [...], "fixed": N, "warnings": N}`.
    package var json: String {
        JSONTree.object([
            "errors": .int(Int64(unfixedErrors)), "warnings": .int(Int64(warnings)), "fixed": .int(Int64(fixed)),
            "findings": .array(documents),
        ]).text(indented: true)
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    mutating func heading(_ text: String) { lines.append(Line(kind: .heading, text: text)) }

    /// Records something that needs no action.
    mutating func mention(_ kind: DoctorKind, _ finding: DoctorCheck.Finding) {
        lines.append(Line(kind: .detail, text: finding.text))
        documents.append(Self.document(kind, kind.severity, finding, isFixable: false, isFixed: false))
    }

    /// Records how a check ended, or only that it found something.
    mutating func recordFindings(_ check: DoctorCheck) { if !check.findings.isEmpty { record(check) } }

    /// Records how a check ended.
    mutating func record(_ check: DoctorCheck) {
        documents += check.findings.map {
            Self.document(
                check.kind, check.severity, $0, isFixable: check.isFixable, isFixed: check.isFixed)
        }
        if check.isFixed {
            fixed += check.findings.count
            lines.append(Line(kind: .passed, text: "Fixed: \(check.kind.title)"))
            return
        }
        guard !check.findings.isEmpty else {
            lines.append(Line(kind: .passed, text: check.kind.title))
            return
        }
        if check.isFixable { fixable += check.findings.count }
        let isError = check.severity == .error
        if isError {
            unfixedErrors += check.findings.count
        } else {
            warnings += check.findings.count
        }
        lines.append(Line(kind: isError ? .error : .warning, text: check.kind.title))
        for finding in check.findings {
            lines += finding.text.split(separator: "\n").map { Line(kind: .detail, text: String($0)) }
            let advice = finding.remedy ?? check.kind.advice
            let remedy = finding.remedy.map { "Remediation: " + $0 } ?? "(no auto-fix available)"
            lines.append(Line(kind: .detail, text: fixes ? remedy : "Fix [\(check.kind.code)]: \(advice)"))
        }
    }

    private static func document(
        _ kind: DoctorKind, _ severity: DoctorKind.Severity, _ finding: DoctorCheck.Finding, isFixable: Bool,
        isFixed: Bool
    ) -> JSONTree {
        .object([
            "code": .string(kind.code), "severity": .string(severity.rawValue),
            "file": finding.file.map { .string($0) } ?? JSONTree.null,
            "line": finding.line.map { .int(Int64($0)) } ?? JSONTree.null,
            "message": .string(finding.message), "fix": .string(finding.remedy ?? kind.advice),
            "fixable": .bool(isFixable), "fixed": .bool(isFixed),
        ])
    }
}

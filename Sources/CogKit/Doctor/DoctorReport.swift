/// What `cog doctor` found, as lines to print.
package struct DoctorReport: Equatable, Sendable {
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
    private var fixableErrors = 0

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
        let hint = fixableErrors > 0 && !fixes ? " Run \"cog doctor --fix\" to auto-fix." : ""
        return "Found \(parts.joined(separator: ", "))." + hint
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    mutating func heading(_ text: String) { lines.append(Line(kind: .heading, text: text)) }

    /// Records how a check ended.
    mutating func record(_ check: DoctorCheck) {
        if check.isFixed {
            fixed += check.findings.count
            lines.append(Line(kind: .passed, text: "Fixed: \(check.title)"))
            return
        }
        guard !check.findings.isEmpty else {
            lines.append(Line(kind: .passed, text: check.title))
            return
        }
        if check.isError {
            unfixedErrors += check.findings.count
            if check.isFixable { fixableErrors += check.findings.count }
        } else {
            warnings += check.findings.count
        }
        lines.append(Line(kind: check.isError ? .error : .warning, text: check.title))
        for finding in check.findings {
            lines.append(Line(kind: .detail, text: finding.text))
            guard fixes else { continue }
            let remedy = finding.remedy.map { "Remediation: " + $0 } ?? "(no auto-fix available)"
            lines.append(Line(kind: .detail, text: remedy))
        }
    }
}

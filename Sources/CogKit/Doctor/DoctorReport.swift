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
    private(set) var fixed = 0
    private(set) var warnings = 0
    private(set) var fixableErrors = 0
    /// Errors that are left; any makes the command fail.
    package private(set) var unfixedErrors = 0

    package var summary: String {
        if fixed > 0 {
            return
                "Fixed \(fixed) issue\(fixed == 1 ? "" : "s"). \(warnings) warning\(warnings == 1 ? "" : "s") remaining. "
                + "\(unfixedErrors) unfixed error\(unfixedErrors == 1 ? "" : "s")."
        }
        var parts: [String] = []
        if unfixedErrors > 0 { parts.append("\(unfixedErrors) error\(unfixedErrors == 1 ? "" : "s")") }
        if warnings > 0 { parts.append("\(warnings) warning\(warnings == 1 ? "" : "s")") }
        guard !parts.isEmpty else { return "no issues found" }
        return "Found \(parts.joined(separator: ", "))."
            + (fixableErrors > 0 ? " Run \"cog doctor --fix\" to auto-fix." : "")
    }

    mutating func heading(_ text: String) { lines.append(Line(kind: .heading, text: text)) }

    /// Records how a check ended.
    ///
    /// - Parameter fixes: whether `--fix` was given.
    mutating func record(_ check: DoctorCheck, fixes: Bool) {
        if check.findings.isEmpty {
            lines.append(Line(kind: .passed, text: check.title))
            return
        }
        if check.isFixed {
            fixed += check.findings.count
            lines.append(Line(kind: .passed, text: "Fixed: \(check.title)"))
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

/// A check of `cog doctor` with its outcome.
struct DoctorCheck {
    /// Something that isn't right.
    struct Finding {
        let text: String
        var remedy: String?
    }

    let title: String
    let isError: Bool
    var findings: [Finding] = []
    var isFixable = false
    var isFixed = false
}

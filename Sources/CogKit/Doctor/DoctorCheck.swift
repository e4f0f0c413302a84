/// A check of `cog doctor` with its outcome.
struct DoctorCheck {
    /// Something that isn't right.
    struct Finding {
        let text: String
        /// What a person can do about it.
        let remedy: String?

        init(_ text: String, remedy: String? = nil) {
            self.text = text
            self.remedy = remedy
        }

        /// A finding at a place: `file:line — text`.
        init(_ file: String, _ line: Int?, _ text: String, remedy: String? = nil) {
            self.init("\(file)\(line.map { ":\($0)" } ?? "") — \(text)", remedy: remedy)
        }
    }

    let title: String
    /// Whether a finding makes the command fail.
    var isError: Bool
    var findings: [Finding] = []
    /// Whether `--fix` can repair it.
    var isFixable = false
    /// Whether it was repaired just now.
    var isFixed = false
}

/// A check of `cog doctor` with its outcome.
struct DoctorCheck {
    /// Something that isn't right.
    struct Finding {
        /// The file it is in; nil for the machine and the project as a whole.
        let file: String?
        let line: Int?
        /// What is wrong, without the place.
        let message: String
        /// What a person can do about it; nil where the check's own advice says it.
        let remedy: String?

        /// What people read: with the place.
        let text: String

        /// A finding whose text may begin with its place.
        init(_ text: String, remedy: String? = nil) {
            let place = Self.place(in: text)
            file = place?.file
            line = place?.line
            message = text
            self.remedy = remedy
            self.text = text
        }

        /// A finding at a place: `file:line — text`.
        init(_ file: String, _ line: Int?, _ text: String, remedy: String? = nil) {
            self.file = file
            self.line = line
            message = text
            self.remedy = remedy
            self.text = "\(file)\(line.map { ":\($0)" } ?? "") — \(text)"
        }

        /// The place that a message of the configuration's begins with.
        private static func place(in text: String) -> (file: String, line: Int)? {
            let forms = [
                #/^(?:validation failed: )?([^:\n]+):([0-9]+):[0-9]+: /#,
                #/failed to parse ([^:\n]+): invalid YAML: line ([0-9]+)/#,
            ]
            for form in forms {
                if let match = text.firstMatch(of: form), let line = Int(match.2) { return (String(match.1), line) }
            }
            return nil
        }
    }

    /// What kind of finding it makes.
    let kind: DoctorKind
    /// How much its findings matter here.
    var severity: DoctorKind.Severity
    var findings: [Finding] = []
    /// Whether `--fix` can repair it.
    var isFixable = false
    /// Whether it was repaired just now.
    var isFixed = false

    init(_ kind: DoctorKind, isFixable: Bool = false) {
        self.kind = kind
        severity = kind.severity
        self.isFixable = isFixable
    }
}

import PythonPackages
import ToolBasics

/// Finds what pip would refuse in the project's requirements, before an image is built for them.
package struct RequirementsCheck {
    /// What is wrong, each with its place.
    package private(set) var problems: [String] = []
    /// What is most likely wrong.
    package private(set) var warnings: [String] = []
    private var pins: [String: (version: String, line: Int)] = [:]
    private let text: SourceText

    /// Checks a requirements file.
    ///
    /// - Parameters:
    ///   - text: of the file.
    ///   - file: its name, as messages have it.
    package init(_ text: String, file: String) {
        self.text = SourceText(text, file: file)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        for (index, line) in lines.enumerated() {
            // What goes on over several lines is pip's to judge.
            let isJoined = line.hasSuffix("\\") || (index > 0 && lines[index - 1].hasSuffix("\\"))
            guard !isJoined, let only = Requirements(text: line).lines.first else { continue }
            check(only, .init(line: index + 1, column: self.text.firstColumn(line: index + 1)))
        }
    }

    /// Checks the items of `build.python_packages`.
    package init(packagesOf reader: ConfigReader) {
        text = reader.text
        for (index, package) in reader.config.build.pythonPackages.enumerated() {
            let lines = Requirements(packages: [package]).lines
            guard lines.count == 1, let place = reader.place(of: "build.python_packages[\(index)]") else { continue }
            check(lines[0], place)
        }
    }

    private mutating func check(_ written: String, _ place: SourceText.Place) {
        if let option = written.split(separator: " ").first, written.hasPrefix("-") {
            let isOther = ["-r", "--requirement", "-c", "--constraint"].contains(option)
            if isOther, !written.contains("://"), !written.dropFirst(option.count).trimmingSpaces.hasPrefix("/") {
                problem(
                    "local requirements option \"\(option)\" is not supported: \(written): put its lines here", place)
            }
            return
        }
        // Whether there is such a file is checked with the plan of the build.
        if LocalArtifact.end(in: written) != nil { return }
        for command in ["pip install ", "pip3 install ", "import "] where written.hasPrefix(command) {
            let rest = written.dropFirst(command.count).trimmingSpaces
            return problem("\"\(written)\" is not a requirement: write \"\(rest)\"", place)
        }
        let requirement = RequirementLine(written).requirement
        // Addresses and paths are for the plan of the build, and variables for pip.
        guard !requirement.contains("@"), !requirement.contains("/"), !requirement.hasPrefix("."),
            !requirement.contains("${")
        else { return }
        guard let first = requirement.first, first.isLetter || first.isNumber else {
            return problem("\"\(written)\" is not a requirement: write the name of a package first", place)
        }
        let name = requirement.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        let extras = requirement[name.endIndex...].trimmingSpaces
        var rest = Substring(extras)
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            rest = rest[rest.index(after: end)...].drop { $0 == " " }
        }
        checkVersions(of: String(name), rest.trimmingSpaces, written, place)
    }

    /// - Parameter specifier: what follows the name and its extras.
    private mutating func checkVersions(
        of name: String, _ specifier: String, _ written: String, _ place: SourceText.Place
    ) {
        if let package = Self.mistaken[name.lowercased()] {
            warnings.append(
                text.message("\(name) is the name of a module: the package is \(package)", at: place))
        }
        guard !specifier.isEmpty else { return }
        let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]
        // A name with its versions may stand in brackets.
        for part in specifier.filter({ !"()".contains($0) }).split(separator: ",").map(\.trimmingSpaces) {
            guard let used = operators.first(where: part.hasPrefix) else {
                let bare = part.drop { "=<>~! ".contains($0) }
                let correct = part.hasPrefix("=>") ? ">=" : part.hasPrefix("=<") ? "<=" : "=="
                let fix =
                    bare.first?.isNumber == true ? "write \"\(name)\(correct)\(bare)\"" : "write one package a line"
                return problem("\"\(written)\" is not a requirement: \(fix)", place)
            }
            let version = part.dropFirst(used.count).trimmingSpaces
            // pip puts variables into its files.
            if version.contains("${") { continue }
            guard version.first.map({ $0.isNumber || $0.isLetter }) == true else {
                return problem(
                    "\"\(written)\" has no version after \"\(used)\": write \"\(name)\(used)1.0\", or the name alone",
                    place)
            }
            guard used == "===" || Self.isVersion(version, mayEndInStar: used.hasSuffix("=")) else {
                return problem(
                    "\"\(written)\" is not a requirement: \(version) is not a version. Write numbers, such as "
                        + "\"\(name)\(used)1.0\"", place)
            }
        }
        guard let line = Optional(RequirementLine(written)), line.marker.isEmpty, let pin = line.pinned,
            let key = line.name
        else { return }
        if let other = pins[key], other.version != pin {
            problem(
                "\(key) is pinned to \(pin) here and to \(other.version) on line \(other.line): keep one of them", place
            )
        }
        pins[key] = (pin, place.line)
    }

    /// Whether a text is a version, as Python's packages have them.
    private static func isVersion(_ text: String, mayEndInStar: Bool) -> Bool {
        var text = text[...]
        if mayEndInStar, text.hasSuffix(".*") { text = text.dropLast(2) }
        let form =
            /v?([0-9]+!)?[0-9]+(\.[0-9]+)*([-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?[0-9]*)?(-[0-9]+|[-_.]?(post|rev|r)[-_.]?[0-9]*)?([-_.]?dev[-_.]?[0-9]*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?/
            .ignoresCase()
        return text.wholeMatch(of: form) != nil
    }

    private mutating func problem(_ message: String, _ place: SourceText.Place) {
        problems.append(text.message(message, at: place))
    }

    /// Names of modules that aren't packages, or are packages that nobody means.
    private static let mistaken = [
        "cv2": "opencv-python-headless", "pil": "pillow", "sklearn": "scikit-learn", "skimage": "scikit-image",
        "yaml": "pyyaml", "dotenv": "python-dotenv", "opencv": "opencv-python-headless",
    ]
}

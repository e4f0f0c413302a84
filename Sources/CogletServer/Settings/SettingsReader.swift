import Glibc

/// Reads environment variables. Records a warning for invalid values and treats them as not set.
struct SettingsReader {
    let environment: (String) -> String?
    private(set) var warnings: [String] = []

    init(environment: @escaping (String) -> String?) {
        self.environment = environment
    }

    func text(_ variable: Variable) -> String? {
        environment(variable.name)
    }

    /// A duration in seconds.
    mutating func seconds(_ variable: Variable, wholeOnly: Bool = false, isZeroAllowed: Bool = true) -> Duration? {
        guard let text = environment(variable.name) else { return nil }
        let value = wholeOnly ? UInt32(text).map(Double.init) : Double(text)
        guard let value, value.isFinite, value >= 0, value < 1e9, isZeroAllowed || value > 0 else {
            warnings.append("Ignoring \(variable.name): \(text) is not a number of seconds")
            return nil
        }
        return .milliseconds(Int(value * 1000))
    }

    /// A duration in seconds with a default; 0 turns the limit off.
    mutating func limit(_ variable: Variable, default standard: Duration) -> Duration? {
        let value = seconds(variable) ?? standard
        return value == .zero ? nil : value
    }

    /// A whole number from `least` to `most`. `word` is another value that the caller accepts.
    mutating func count(_ variable: Variable, least: Int, most: Int = .max, orWord word: String? = nil) -> Int? {
        guard let text = environment(variable.name) else { return nil }
        guard let value = Int(text), value >= least, value <= most else {
            let start = word.map { "neither \($0) nor" } ?? "not"
            let end = most < .max ? " to \(most)" : ""
            warnings.append("Ignoring \(variable.name): \(text) is \(start) a whole number from \(least)\(end)")
            return nil
        }
        return value
    }

    /// Whether something that is allowed by default is still allowed. An invalid value disallows it, because the
    /// operator wanted something other than the default.
    mutating func allows(_ variable: Variable) -> Bool {
        switch environment(variable.name)?.lowercased() {
        case nil, "", "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            warnings.append("\(variable.name) must be 0 or 1, so it is treated as 0")
            return false
        }
    }

    /// A path prefix; nil for none.
    mutating func path(_ variable: Variable) -> PathPrefix? {
        guard let text = environment(variable.name), !text.isEmpty, text != "/" else { return nil }
        guard let prefix = PathPrefix(text) else {
            warnings.append("Ignoring \(variable.name): \(text) is not a path such as /models/a")
            return nil
        }
        return prefix
    }

    /// A path of a route.
    mutating func route(_ variable: Variable) -> String? {
        guard let text = environment(variable.name), !text.isEmpty else { return nil }
        let isPath = text.utf8.first == UInt8(ascii: "/") && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPath, !text.contains(where: { "?#".contains($0) }) else {
            warnings.append("Ignoring \(variable.name): \(text) is not a path such as /predict")
            return nil
        }
        return text
    }

    /// The name of the model in paths.
    mutating func modelName(_ variable: Variable) -> ModelName? {
        guard let text = environment(variable.name), !text.isEmpty else { return nil }
        guard let name = ModelName(reading: text) else {
            warnings.append(
                "Ignoring \(variable.name): \(text) may have only letters, digits, dots, hyphens, and underscores")
            return nil
        }
        return name
    }

    /// One of a few numbers.
    mutating func choice(_ variable: Variable, _ choices: [Int]) -> Int? {
        guard let text = environment(variable.name) else { return nil }
        guard let value = Int(text), choices.contains(value) else {
            let list = choices.map { "\($0)" }.joined(separator: ", ")
            warnings.append("Ignoring \(variable.name): \(text) is not one of \(list)")
            return nil
        }
        return value
    }

    /// One of a few words.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ variable: Variable, _ words: Word.Type
    ) -> Word? where Word.RawValue == String {
        guard let text = environment(variable.name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let list = words.allCases.map(\.rawValue).joined(separator: ", ")
            warnings.append("Ignoring \(variable.name): \(text) is not one of \(list)")
            return nil
        }
        return word
    }

    /// Origins of web pages.
    mutating func origins(_ variable: Variable) -> AllowedOrigins {
        var unusable: [String] = []
        let origins = AllowedOrigins(reading: environment(variable.name) ?? "", unusable: &unusable)
        for entry in unusable {
            warnings.append(
                "Ignoring \(entry) in \(variable.name): it is neither * nor an origin such as https://example.com:8443")
        }
        return origins
    }

    /// A number of workers, or `auto`: one for each device, at least one.
    mutating func workers(_ variable: Variable, devices: Int) -> Int? {
        environment(variable.name) == "auto" ? max(1, devices) : count(variable, least: 1, orWord: "auto")
    }
}

/// The value of an environment variable, or nil if it isn't set.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// The names in a folder; empty if it can't be read.
func names(inFolder path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        names.append(
            withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            })
    }
    return names
}

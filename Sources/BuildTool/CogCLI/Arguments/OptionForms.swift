import JSON

/// How the options of a command are written, for decisions that fall before the argument parser runs.
struct OptionForms: Equatable, Sendable {
    /// Options that take a value.
    let withValue: Set<String>
    /// Options that need no value: given with one, it says whether they count.
    let flags: Set<String>
    /// Options whose value is a truth value, and true where it is left out.
    let truths: Set<String>

    init(withValue: Set<String> = [], flags: Set<String> = [], truths: Set<String> = []) {
        self.withValue = withValue
        self.flags = flags
        self.truths = truths
    }

    /// Reads the argument parser's description of one command: what is declared there is declared nowhere else.
    ///
    /// - Throws: `JSONTree.Malformed` when the text is no JSON.
    init(describing json: String) throws(JSONTree.Malformed) {
        let command = try JSONTree(parsing: json)["command"]
        var found: [String: Set<String>] = [:]
        for argument in command?["arguments"]?.array ?? [] {
            let names = (argument["names"]?.array ?? []).compactMap { name in
                name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
            }
            let isTruth = argument["completionKind"]?["list"]?["values"]?.array == [.string("true"), .string("false")]
            found[isTruth ? "truth" : argument["kind"]?.string ?? "", default: []].formUnion(names)
        }
        self.init(withValue: found["option"] ?? [], flags: found["flag"] ?? [], truths: found["truth"] ?? [])
    }

    var names: Set<String> { withValue.union(flags).union(truths) }

    func union(_ other: OptionForms) -> OptionForms {
        OptionForms(
            withValue: withValue.union(other.withValue), flags: flags.union(other.flags),
            truths: truths.union(other.truths))
    }

    /// Whether an argument is an option and not a value or a name; `-` alone stands for standard input.
    static func isOption(_ argument: String) -> Bool { argument.hasPrefix("-") && argument != "-" }

    /// The name of an option and the value written together with it: `--input=x=1`, `-ix=1` and `-i=x=1` are one.
    func split(_ argument: String) -> (name: String, value: String?) {
        if argument.hasPrefix("--") {
            guard let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
            return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
        }
        let name = String(argument.prefix(2))
        let rest = argument.dropFirst(2)
        guard withValue.contains(name), !rest.isEmpty else { return (argument, nil) }
        return (name, String(rest.hasPrefix("=") ? rest.dropFirst() : rest))
    }

    /// How many arguments an option takes up, itself included.
    func width(_ argument: String) -> Int {
        let (name, value) = split(argument)
        return value == nil && withValue.contains(name) ? 2 : 1
    }

    /// The one way in which an option is written: values of short options apart, flags without a value.
    func plain(_ argument: String) -> [String] {
        let (name, value) = split(argument)
        if truths.contains(name) {
            return [name + "=" + (value.map { Self.truth($0).map(String.init) ?? $0 } ?? "true")]
        }
        if let value, flags.contains(name), let isSet = Self.truth(value) { return isSet ? [name] : [] }
        if let value, !name.hasPrefix("--"), withValue.contains(name) { return [name, value] }
        return [argument]
    }

    /// The truth values that flags may be given.
    private static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "t", "1": true
        case "false", "f", "0": false
        default: nil
        }
    }
}

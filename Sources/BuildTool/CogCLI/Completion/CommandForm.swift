import JSON

/// What a command takes, as a shell needs to know it to complete a command line.
struct CommandForm: Equatable, Sendable {
    /// One argument of a command: an option, a flag, or a positional one.
    struct Argument: Equatable, Sendable {
        enum Kind: String, Sendable {
            case option
            case flag
            case positional
        }

        /// What the values of an argument are.
        enum Values: Equatable, Sendable {
            /// Nothing that the declaration tells.
            case unknown
            case list([String])
            /// Files with one of these extensions; all files without any.
            case files([String])
        }

        let kind: Kind
        /// `--file` and `-f`; empty for positional arguments.
        let names: [String]
        let valueName: String
        /// What it is for, in short.
        let about: String
        let values: Values
        let isRepeating: Bool
        let isShown: Bool
    }

    let arguments: [Argument]

    init(arguments: [Argument]) { self.arguments = arguments }

    /// Reads the argument parser's description of one command.
    ///
    /// - Throws: `JSONTree.Malformed` when the text is no JSON.
    init(describing json: String) throws(JSONTree.Malformed) {
        let command = try JSONTree(parsing: json)["command"]
        arguments = (command?["arguments"]?.array ?? []).compactMap(Argument.init)
    }

    /// The arguments without a name, in their order.
    var positionals: [Argument] { arguments.filter { $0.kind == .positional } }

    /// The option or flag of this name.
    func argument(named name: String) -> Argument? { arguments.first { $0.names.contains(name) } }
}

extension CommandForm.Argument {
    fileprivate init?(_ json: JSONTree) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init) else { return nil }
        self.kind = kind
        names = (json["names"]?.array ?? []).compactMap { name in
            name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
        }
        valueName = json["valueName"]?.string ?? ""
        // Shells have room for the beginning only.
        let abstract = json["abstract"]?.string ?? ""
        let end = [": ", ". "].compactMap { abstract.firstRange(of: $0)?.lowerBound }.min()
        about = String(abstract[..<(end ?? abstract.endIndex)])
        isRepeating = json["isRepeating"]?.bool ?? false
        isShown = json["shouldDisplay"]?.bool ?? true
        let completion = json["completionKind"]
        if let list = completion?["list"]?["values"]?.array {
            values = .list(list.compactMap(\.string))
        } else if let extensions = completion?["file"]?["extensions"]?.array {
            values = .files(extensions.compactMap(\.string))
        } else {
            values = .unknown
        }
    }
}

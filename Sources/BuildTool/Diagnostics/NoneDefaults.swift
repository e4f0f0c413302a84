import PythonSource
import ToolBasics

/// The inputs of one method or function whose default is None and whose type leaves None out.
///
/// They are served as optional. The type should say so too, for readers and for type checkers.
struct NoneDefaults {
    struct Input: Equatable {
        let name: String
        /// The number of the line with the name.
        let line: Int
        /// The type as it is written, and as it should be.
        let annotation: String
        let optional: String
        /// Where ` | None` belongs.
        fileprivate let end: Int
    }

    let inputs: [Input]
    private let scanner: PythonScanner

    /// - Parameter line: the number of the line with the `def`.
    init(in source: PythonFile, definedAt line: Int) {
        let scanner = PythonScanner(source.text)
        self.scanner = scanner
        let start = source.lines.prefix(line - 1).reduce(0) { $0 + $1.count + 1 }
        let rest = start..<scanner.characters.count
        // Behind the name, and behind type parameters: def run[T](…).
        guard let open = scanner.parenthesis(in: rest), let all = scanner.contents(ofBracketAt: open) else {
            inputs = []
            return
        }
        inputs = scanner.pieces(of: all, separatedBy: ",").compactMap { Self.input(scanner, $0) }
    }

    /// The file with None added to the type of each of the inputs.
    func repaired() -> PythonFile {
        var characters = scanner.characters
        for input in inputs.reversed() { characters.insert(contentsOf: " | None", at: input.end) }
        return PythonFile(String(characters))
    }

    private static func input(_ scanner: PythonScanner, _ parameter: Range<Int>) -> Input? {
        let bare = scanner.bareIndices(in: parameter)
        guard let colon = bare.first(where: { scanner.characters[$0] == ":" }) else { return nil }
        let equals = bare.first { $0 > colon && scanner.characters[$0] == "=" }
        guard let name = scanner.significant(parameter.lowerBound..<colon),
            let written = scanner.significant((colon + 1)..<(equals ?? parameter.upperBound))
        else { return nil }
        let annotation = scanner.unquoted(written)
        // In Annotated[T, Input(…)] the type is T.
        let parts = scanner.arguments(of: "Annotated", in: annotation)
        let type = scanner.unquoted(parts?.first ?? annotation)
        let isNone =
            if let equals {
                scanner.isNoneDefault((equals + 1)..<parameter.upperBound)
            } else {
                parts?.dropFirst().contains(where: scanner.isNoneDefault) ?? false
            }
        guard isNone, !scanner.takesNone(type) else { return nil }
        let text = scanner.text(type)
        return Input(
            name: scanner.text(name), line: scanner.line(of: name.lowerBound), annotation: text,
            optional: text + " | None", end: type.upperBound)
    }
}

extension PythonScanner {
    /// The first parenthesis that stands in no brackets.
    fileprivate func parenthesis(in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound, characters[index] != "(" {
            index = characters[index] == "[" ? (contents(ofBracketAt: index)?.upperBound ?? index) + 1 : index + 1
        }
        return index < range.upperBound ? index : nil
    }

    /// What stands between the quotes of an annotation that is one string, else the annotation itself.
    fileprivate func unquoted(_ range: Range<Int>) -> Range<Int> {
        guard range.count > 2, let quote = characters[range].first, quote == "\"" || quote == "'",
            characters[range].dropFirst().firstIndex(of: quote) == range.upperBound - 1
        else { return range }
        return (range.lowerBound + 1)..<(range.upperBound - 1)
    }

    /// The arguments of `name[…]` or `module.name[…]`, or of a call, if that is what the range holds.
    fileprivate func arguments(of name: String, in range: Range<Int>) -> [Range<Int>]? {
        guard let open = characters[range].firstIndex(where: { "([".contains($0) }),
            text(range.lowerBound..<open).split(separator: ".").last?.trimmingSpaces == name,
            let inside = contents(ofBracketAt: open), inside.upperBound == range.upperBound - 1
        else { return nil }
        return pieces(of: inside, separatedBy: ",").compactMap(significant)
    }

    /// Whether a default is None: `None` itself, or `Input(…)` with it.
    fileprivate func isNoneDefault(_ range: Range<Int>) -> Bool {
        guard let value = significant(range) else { return false }
        if text(value) == "None" { return true }
        guard let arguments = arguments(of: "Input", in: value) ?? arguments(of: "FieldInfo", in: value) else {
            return false
        }
        return arguments.enumerated().contains { position, argument in
            let parts = pieces(of: argument, separatedBy: "=").compactMap(significant).map(text)
            return parts == ["default", "None"] || (position == 0 && parts == ["None"])
        }
    }

    /// Whether None is among the values of a type, as far as its text tells.
    fileprivate func takesNone(_ range: Range<Int>) -> Bool {
        guard let range = significant(range).map(unquoted) else { return true }
        let members = pieces(of: range, separatedBy: "|")
        if members.count > 1 { return members.contains(where: takesNone) }
        for name in ["Union", "Literal", "Annotated"] {
            if let parts = arguments(of: name, in: range) { return parts.contains(where: takesNone) }
        }
        if arguments(of: "Optional", in: range) != nil { return true }
        return ["None", "NoneType", "Any"].contains(text(range).split(separator: ".").last?.trimmingSpaces)
    }
}

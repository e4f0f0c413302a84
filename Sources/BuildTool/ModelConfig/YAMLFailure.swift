import ToolBasics
import Yams

/// What keeps a text from being YAML.
struct YAMLFailure {
    /// In a few words, with the fix where there is an obvious one.
    let reason: String
    let place: SourceText.Place?

    /// Takes apart what the parser threw on reading `text`.
    init(_ error: any Error, in text: String) {
        switch error {
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\"\($0)\"" }.sorted().joined(separator: ", ")
            reason = "duplicate key \(names): keep one of them"
            place = .init(context.mark)
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            (reason, place) = Self.explained(problem, context, .init(mark), text)
        case YamlError.reader(let problem, _, let value, _):
            let scalar = Unicode.Scalar(UInt32(clamping: value)).map { $0.escaped(asASCII: true) } ?? "\(value)"
            reason = "\(problem): remove the character \(scalar)"
            place = nil
        default:
            reason = "\(error)".split(separator: "\n").joined(separator: " ")
            place = nil
        }
    }

    /// The parser's words, with a fix for the mistakes that people make.
    private static func explained(
        _ problem: String, _ context: YamlError.Context?, _ place: SourceText.Place, _ text: String
    ) -> (String, SourceText.Place) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let line = lines.indices.contains(place.line - 1) ? lines[place.line - 1] : ""
        if let tab = line.prefix(while: \.isWhitespace).firstIndex(of: "\t") {
            let column = line.distance(from: line.startIndex, to: tab) + 1
            return ("a tab can't indent a line: use spaces", .init(line: place.line, column: column))
        }
        if problem.contains("cannot start any token") {
            return ("\(problem): put the value in quotes", place)
        }
        if problem.contains("mapping values are not allowed") {
            let fix = "put a space after each colon, put a value with \": \" in quotes, and check the indentation"
            return ("\(problem): \(fix)", place)
        }
        if problem.contains("could not find expected ':'") {
            return ("\(problem): write \"key: value\", with a space after the colon", place)
        }
        if problem.contains("nesting level") {
            return ("lists and mappings are nested too deeply here", place)
        }
        if problem.contains("found another document") {
            return ("the file must have only one document: remove this line", place)
        }
        if let context, problem.contains("unexpected end of stream") || problem.contains("did not find expected") {
            return ("\(context.text), \(problem) (it begins on line \(context.mark.line))", place)
        }
        return (problem, place)
    }
}

extension SourceText.Place {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

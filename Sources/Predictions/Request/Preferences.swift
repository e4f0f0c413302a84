/// How a client wants to be answered: its `Prefer`, `Accept` and `Content-Type` fields.
public enum Preferences {
    /// `respond-async` and `wait` of RFC 7240.
    public struct Prefer: Equatable, Sendable {
        /// The client wants 202 at once.
        public var isAsynchronous = false
        /// How long it is willing to wait for the result all the same, in seconds.
        public var waitSeconds: Int?

        /// Reads all `Prefer` fields of a request. Names are case-insensitive, the first use of a preference counts.
        public init(reading fields: [String]) {
            var seen: Set<String> = []
            for field in fields {
                for element in elements(of: field, separatedBy: ",") {
                    let parameters = elements(of: element, separatedBy: ";")
                    guard let preference = parameters.first else { continue }
                    let (name, value) = pair(preference)
                    guard seen.insert(name).inserted else { continue }
                    if name == "respond-async" { isAsynchronous = true }
                    if name == "wait", let seconds = Int(value), seconds >= 0 { waitSeconds = seconds }
                }
            }
        }
    }

    /// Whether an `Accept` field asks for an event stream by name; wildcards don't. A quality of 0 refuses it
    /// (RFC 9110 section 12.5.1).
    public static func acceptsEventStream(_ fields: [String]) -> Bool {
        fields.contains { field in
            elements(of: field, separatedBy: ",").contains { element in
                let parameters = elements(of: element, separatedBy: ";")
                guard parameters.first?.lowercased() == "text/event-stream" else { return false }
                return !parameters.dropFirst().contains { parameter in
                    let (name, value) = pair(parameter)
                    return name == "q" && Double(value) == 0
                }
            }
        }
    }

    /// Whether a body of this type is read as JSON: `application/json` and `application/…+json`, whatever the
    /// parameters. A body without a type is taken for JSON as well.
    public static func isJSON(contentType: String?) -> Bool {
        guard let contentType else { return true }
        let type = elements(of: contentType, separatedBy: ";").first?.lowercased() ?? ""
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    // MARK: - Lists

    /// The elements of a list, cut at separators outside of quoted strings (RFC 9110 section 5.6), white space removed.
    private static func elements(of field: String, separatedBy separator: Character) -> [String] {
        var elements: [String] = []
        var current = ""
        var isQuoted = false
        var isEscaped = false
        for character in field {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                elements.append(trimmed(current))
                current = ""
                continue
            }
            current.append(character)
        }
        elements.append(trimmed(current))
        return elements.filter { !$0.isEmpty }
    }

    /// `name=value` with the name in lower case and quotes around the value removed.
    private static func pair(_ text: String) -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "=") else { return (text.lowercased(), "") }
        var value = trimmed(String(text[text.index(after: equals)...]))
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
            value = String(value.dropFirst().dropLast())
        }
        return (trimmed(String(text[..<equals])).lowercased(), value)
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }
}

/// A JSON value that stands by itself, unlike ``JSONValue``, which is a place in a document.
///
/// The build tool uses it for schemas, inputs, and outputs, which it takes apart and puts together. The server doesn't:
/// a tree of a large body would take long to make. Objects print with sorted keys, numbers as they were written.
public enum JSONTree: Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// A number with a fraction or an exponent, or an integer beyond 64 bits.
    case number(Double, spelling: String)
    case string(String)
    case array([JSONTree])
    case object([ExactString: JSONTree])

    /// Reads JSON text.
    ///
    /// - Throws: `Malformed`, which says what is wrong and where.
    public init(parsing text: String) throws(Malformed) {
        do {
            self.init(try JSONDocument.parsing(text).root)
        } catch {
            throw Malformed(description: error.description)
        }
    }

    /// The text is not JSON.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        /// For instance `expected value at line 1 column 10`.
        public let description: String
    }

    /// A number that nobody has spelled yet.
    public static func number(_ value: Double) -> JSONTree { .number(value, spelling: "\(value)") }

    /// The member of an object; nil if there is none, or the value isn't an object.
    public subscript(key: String) -> JSONTree? {
        if case .object(let members) = self { members[ExactString(key)] } else { nil }
    }

    /// The text of a string; nil for other values.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The items of an array; nil for other values.
    public var array: [JSONTree]? { if case .array(let value) = self { value } else { nil } }
    /// The members of an object; nil for other values.
    public var object: [ExactString: JSONTree]? { if case .object(let value) = self { value } else { nil } }
    /// A truth value; nil for other values.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A number, which may be rounded; nil for other values.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let value, _): value
        default: nil
        }
    }

    /// The name of the JSON type, as messages call it.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// JSON text: on one line, or with two spaces a level.
    public func text(indented: Bool = false) -> String {
        var out = ""
        write(to: &out, indented ? 0 : nil)
        return out
    }

    private func write(to out: inout String, _ level: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .int(let value): out += String(value)
        case .number(_, let spelling): out += spelling
        case .string(let value): out += Self.quoted(value)
        case .array(let items):
            Self.writeMembers(items, "[", "]", to: &out, level) { item, out, level in item.write(to: &out, level) }
        case .object(let members):
            Self.writeMembers(members.sorted { $0.key < $1.key }, "{", "}", to: &out, level) { member, out, level in
                out += Self.quoted(member.key.text) + (level == nil ? ":" : ": ")
                member.value.write(to: &out, level)
            }
        }
    }

    private static func writeMembers<Member>(
        _ members: [Member], _ open: String, _ close: String, to out: inout String, _ level: Int?,
        _ write: (Member, inout String, Int?) -> Void
    ) {
        out += open
        for (index, member) in members.enumerated() {
            if index > 0 { out += "," }
            if let level { out += "\n" + String(repeating: "  ", count: level + 1) }
            write(member, &out, level.map { $0 + 1 })
        }
        if let level, !members.isEmpty { out += "\n" + String(repeating: "  ", count: level) }
        out += close
    }

    /// A string in quotes with what JSON requires escaped, and nothing else.
    public static func quoted(_ value: String) -> String {
        var out = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

extension JSONTree {
    /// Whether both are written alike, members in any order, and strings of the same code points.
    public static func == (left: JSONTree, right: JSONTree) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.number(_, let left), .number(_, let right)): left == right
        case (.string(let left), .string(let right)): ExactString(left) == ExactString(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// The value as a separate document; nil if that would be too long or too deep to be read.
    public var placed: JSONValue? { try? JSONDocument.parsing(text()).root }

    /// Takes over a value of a document, which ends with this call.
    private init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .boolean: self = .bool(value.bool ?? false)
        case .integer, .number:
            if value.kind == .integer, let number = value.int {
                self = .int(Int64(number))
            } else {
                self = .number(value.double ?? 0, spelling: value.text())
            }
        case .string: self = .string(value.string ?? "")
        case .array: self = .array(value.elements.map { JSONTree($0) })
        case .object:
            var members: [ExactString: JSONTree] = [:]
            value.forEachMember { members[ExactString($0)] = JSONTree($1) }
            self = .object(members)
        }
    }
}

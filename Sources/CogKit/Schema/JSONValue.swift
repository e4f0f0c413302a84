import Foundation

/// A JSON value as the build tool needs it: schemas, inputs, outputs.
///
/// Objects print with sorted keys. Text that must keep its exact spelling is passed on as text instead.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads JSON text.
    ///
    /// - Throws: `DecodingError` with the place of the mistake.
    package init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    package subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The name of the JSON type, as messages call it.
    package var typeName: String {
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
    package func text(indented: Bool = false) -> String {
        var out = ""
        write(to: &out, indented ? 0 : nil)
        return out
    }

    private func write(to out: inout String, _ level: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .int(let value): out += String(value)
        case .number(let value): out += value.isFinite ? "\(value)" : "null"
        case .string(let value): out += Self.quoted(value)
        case .array(let items):
            Self.writeMembers(items, "[", "]", to: &out, level) { item, out, level in item.write(to: &out, level) }
        case .object(let members):
            Self.writeMembers(members.sorted { $0.key < $1.key }, "{", "}", to: &out, level) { member, out, level in
                out += Self.quoted(member.key) + (level == nil ? ":" : ": ")
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
    package static func quoted(_ value: String) -> String {
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

extension JSONValue: Decodable {
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: AnyKey.self) {
            var members: [String: JSONValue] = [:]
            for key in container.allKeys {
                members[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
            }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var items: [JSONValue] = []
            while !container.isAtEnd { items.append(try container.decode(JSONValue.self)) }
            self = .array(items)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .int(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .string(try container.decode(String.self))
            }
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

import HTTPFields
import HTTPServer

/// The fields of a query string, `a=1&b=2`, in the encoding of HTML forms.
enum QueryFields {
    /// The field that requests a file instead of JSON.
    static let raw = "raw"

    /// The fields in order. Invalid UTF-8 in names is repaired.
    static func all(in query: HeadBytes) -> [(name: String, value: [UInt8])] {
        query.withUnsafeBytes { query in
            query.split(separator: UInt8(ascii: "&")).map { field in
                let equals = field.firstIndex(of: UInt8(ascii: "=")) ?? field.endIndex
                let name = PercentDecoding.bytes(of: field[..<equals], plusIsSpace: true)
                let value = PercentDecoding.bytes(of: field[equals...].dropFirst(), plusIsSpace: true)
                return (String(decoding: name, as: UTF8.self), value)
            }
        }
    }

    /// Whether a query requests a file instead of JSON: `raw=1`, `raw=true`, or just `raw`.
    static func asksForRaw(_ query: HeadBytes?) -> Bool {
        guard let query else { return false }
        return all(in: query).contains {
            $0.name == raw && ["", "1", "true"].contains(String(decoding: $0.value, as: UTF8.self))
        }
    }
}

import HTTPFields
import HTTPServer

/// The fields of a query string, `a=1&b=2`, as HTML forms write it.
enum QueryFields {
    /// The field that asks for a file itself instead of JSON.
    static let raw = "raw"

    /// The fields in their order. Names that are not UTF-8 are repaired.
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

    /// Whether a query asks for a file itself: `raw=1`, `raw=true`, or `raw` alone.
    static func asksForRaw(_ query: HeadBytes?) -> Bool {
        guard let query else { return false }
        return all(in: query).contains {
            $0.name == raw && ["", "1", "true"].contains(String(decoding: $0.value, as: UTF8.self))
        }
    }
}

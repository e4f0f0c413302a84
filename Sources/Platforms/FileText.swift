internal import FileTransfer
internal import JSON

/// Converts files in requests to URLs, the form that inputs need.
enum FileText {
    /// The media type of a file with an unknown type.
    static let unknownType = "application/octet-stream"

    private static let schemes: [StaticString] = ["http://", "https://", "data:"]

    /// Whether bytes begin like the URL of a file.
    static func isURL(_ bytes: UnsafeRawBufferPointer) -> Bool {
        schemes.contains { JSONValue.begins(bytes, ignoringCase: $0) }
    }

    /// Appends, as a JSON string, the data URL of a file whose contents are already base64. Doesn't validate them.
    static func append(base64 data: JSONValue, type: String, to text: inout [UInt8]) {
        data.withStringBytes { append(base64: $0, type: type, to: &text) }
    }

    /// The same for base64 outside of JSON.
    static func append(base64 data: UnsafeRawBufferPointer, type: String, to text: inout [UInt8]) {
        text.append(contentsOf: "\"data:\(type);base64,".utf8)
        appendJSONStringContents(data, to: &text)
        text.append(UInt8(ascii: "\""))
    }

    /// Appends the data URL of a file, as a JSON string.
    static func append(contents: UnsafeRawBufferPointer, type: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        EncodedFile.appendURL(of: contents, type: type, to: &text)
        text.append(UInt8(ascii: "\""))
    }

    /// Whether a text is valid as a media type in a data URL: `type/subtype` of token characters (RFC 9110, 5.6.2).
    static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        switch $0 {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"),
                            UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }
}

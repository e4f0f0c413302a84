internal import FileTransfer
internal import JSON

/// Files on their way into an input, where they are URLs.
enum FileText {
    /// The media type of a file of which nothing is known.
    static let unknownType = "application/octet-stream"

    private static let schemes: [StaticString] = ["http://", "https://", "data:"]

    /// Whether bytes begin as the URL of a file does.
    static func isURL(_ bytes: UnsafeRawBufferPointer) -> Bool {
        schemes.contains { JSONValue.begins(bytes, ignoringCase: $0) }
    }

    /// Appends the data URL of a file whose contents are given in base64, as a JSON string. Nobody looks whether they are.
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

    /// Whether a text can be a media type in a data URL: `type/subtype` of token characters (RFC 9110, 5.6.2).
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

internal import FileTransfer
internal import JSON

/// Converts files in requests to URLs, the form that inputs need.
enum FileText {
    /// The media type of a file with an unknown type.
    static let unknownType = "application/octet-stream"

    private static let schemes: [StaticString] = ["http://", "https://", "data:"]
    /// No registered scheme is as long.
    private static let schemeLimitBytes = 64

    /// What a string says of a file.
    enum Form {
        /// The URL by which the server gets it.
        case url
        /// A URL that the server doesn't take.
        case otherURL
        /// What is in it; nobody has looked whether it is valid.
        case base64

        /// Tells by how a string begins.
        init(_ bytes: UnsafeRawBufferPointer) {
            if FileText.schemes.contains(where: { JSONValue.begins(bytes, ignoringCase: $0) }) {
                self = .url
            } else {
                self = FileText.hasScheme(bytes) ? .otherURL : .base64
            }
        }
    }

    /// The error of a file at a URL that the server doesn't take.
    static let otherURL = PlatformError(
        "a file is expected as an http://, https:// or data: URL, or in base64; local paths and other schemes are not accepted"
    )

    /// Whether bytes begin with a scheme (RFC 3986, 3.1). Base64 has no colon.
    private static func hasScheme(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let colon = bytes.prefix(schemeLimitBytes).firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            return false
        }
        return bytes[..<colon].allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
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

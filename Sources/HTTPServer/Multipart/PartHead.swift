internal import HTTPFields

/// The head of a form's part (RFC 7578, 4).
public struct PartHead: Equatable, Sendable {
    /// The name of the form's field.
    public let name: String
    /// The file name as the client sent it, which may contain a path or anything else. Nil if there is none.
    public let fileName: String?
    /// The content type; nil if there is none.
    public let contentType: String?

    /// Makes a head.
    public init(name: String, fileName: String? = nil, contentType: String? = nil) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }

    /// Parses the lines of a head, including its empty line.
    init(reading head: [UInt8]) throws(MultipartError) {
        guard let text = String(validating: head, as: UTF8.self) else {
            throw .malformed("the head of a part is not UTF-8")
        }
        var disposition: FieldParameters?
        var type: String?
        // Split by bytes, because CR and LF together are one character.
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard line.last == UInt8(ascii: "\r") else {
                throw .malformed("a line in the head of a part doesn't end with CR and LF")
            }
            let line = line.dropLast()
            guard !line.isEmpty else { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                throw .malformed("a line in the head of a part is not a field")
            }
            let value = String(Substring(line[line.index(after: colon)...]))
            switch Substring(line[..<colon]).lowercased() {
            case "content-disposition":
                guard disposition == nil else { throw .malformed("a part has more than one Content-Disposition") }
                disposition = FieldParameters(value)
            case "content-type": type = type ?? QuotedList.trimmed(value)
            case "content-transfer-encoding": try Self.check(encoding: QuotedList.trimmed(value))
            default: break
            }
        }
        guard let disposition, disposition.subject == "form-data", let name = disposition["name"] else {
            throw .malformed("a part has no `Content-Disposition: form-data` with a name")
        }
        self.init(name: name, fileName: disposition["filename"], contentType: type)
    }

    /// Refuses encodings that clients no longer use (RFC 7578, 4.7), because the contents would be misread.
    private static func check(encoding: String) throws(MultipartError) {
        guard ["7bit", "8bit", "binary"].contains(encoding.lowercased()) else {
            throw .malformed("a part has the Content-Transfer-Encoding \(encoding); send its bytes as they are")
        }
    }
}

import FileTransfer
import JSON
import Predictions

/// The parts of a body that stores a file, as Replicate's clients send it: `content`, and what is to be known of it.
struct FileForm: UploadForm {
    /// A file that has arrived.
    struct Content: Sendable {
        let path: String
        let name: String
        let type: String
        let size: Int
        /// An object of JSON.
        let metadata: String
    }

    /// How many bytes ``Content/metadata`` may have.
    static let metadataLimitBytes = 4096
    private static let typeLimitBytes = 255
    private static let unknownType = "application/octet-stream"

    private var file: UploadedFile?
    private var fileType: String?
    private var texts: [Field: String] = [:]

    private enum Field: String {
        case filename, type, metadata
    }

    func use(of name: String, hasFileName: Bool, type: String?) -> InputForm.Use {
        // Browsers and Node.js send the metadata as a file of JSON.
        if name == "content" { .file } else { Field(rawValue: name) == nil ? .none : .text }
    }

    mutating func add(_ name: String, file: UploadedFile, type: String?) {
        self.file = file
        fileType = type
    }

    mutating func add(_ name: String, text: [UInt8], type: String?) throws(RequestError) {
        guard let field = Field(rawValue: name) else { return }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw .invalid(location: [name], message: "the text is not UTF-8")
        }
        if field == .metadata { try Self.check(metadata: string) }
        texts[field] = string
    }

    private static func check(metadata: String) throws(RequestError) {
        guard metadata.utf8.count <= metadataLimitBytes else {
            throw .invalid(location: ["metadata"], message: "must have at most \(metadataLimitBytes) bytes")
        }
        let kind: JSONValue.Kind
        do throws(JSONError) {
            kind = try JSONDocument.parsing(metadata).root.kind
        } catch {
            throw .invalid(location: ["metadata"], message: "must be a JSON object: \(error)")
        }
        guard kind == .object else { throw .invalid(location: ["metadata"], message: "must be a JSON object") }
    }

    func content() -> Result<Content, UploadError> {
        guard let file else {
            let message = "Field required: the file, as a part of the form with the name `content`"
            return .failure(.request(.invalid(location: ["content"], message: message)))
        }
        let type = texts[.type] ?? fileType ?? ""
        let isUsable = type.contains("/") && type.utf8.count <= Self.typeLimitBytes
        return .success(
            Content(
                path: file.path, name: texts[.filename] ?? file.name, type: isUsable ? type : Self.unknownType,
                size: file.count, metadata: texts[.metadata] ?? "{}"))
    }
}

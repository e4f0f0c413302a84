import FileTransfer
import Predictions

/// What the parts of a body are for. One thread at a time.
protocol UploadForm: Sendable {
    /// What all parts are together.
    associatedtype Content: Sendable

    /// What to do with the contents of a part.
    func use(of name: String, hasFileName: Bool, type: String?) -> InputForm.Use

    /// Adds a part that was stored as a file.
    mutating func add(_ name: String, file: UploadedFile, type: String?)

    /// Adds any other part; one that ``use(of:hasFileName:type:)`` has no use for is empty.
    mutating func add(_ name: String, text: [UInt8], type: String?) throws(RequestError)

    /// The body has ended.
    func content() -> Result<Content, UploadError>
}

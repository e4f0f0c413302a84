import EventLoop
import FileTransfer
import Predictions

/// The parts of a body that asks for a prediction.
struct PredictionForm: UploadForm {
    /// The request that JSON would have been.
    struct Content: Sendable {
        let read: ReadRequest
        let body: Buffer
        let files: [InputForm.Place]
    }

    private var form: InputForm
    private let schema: InputSchema?
    private let patterns: FilePatterns
    private let memory: MemoryAccount

    /// A form for a model whose inputs follow `schema`.
    init(schema: InputSchema?, filePatterns: FilePatterns, memory: MemoryAccount) {
        form = InputForm(schema: schema, filePatterns: filePatterns)
        self.schema = schema
        patterns = filePatterns
        self.memory = memory
    }

    func use(of name: String, hasFileName: Bool, type: String?) -> InputForm.Use {
        form.use(of: name, hasFileName: hasFileName, type: type)
    }

    mutating func add(_ name: String, file: UploadedFile, type: String?) {
        form.add(name, file: file.path, called: file.name)
    }

    mutating func add(_ name: String, text: [UInt8], type: String?) throws(RequestError) {
        // One without a use is named in the log like any other input that the model doesn't know.
        try form.add(name, text: text, type: type)
    }

    func content() -> Result<Content, UploadError> {
        do throws(RequestError) {
            let (text, files) = try form.body()
            let body = Buffer(accountedIn: memory)
            guard text.withUnsafeBytes({ body.tryAppend($0, upTo: $0.count) }) else { return .failure(.outOfMemory) }
            let read = try RequestReader.read(body, schema, patterns, uploaded: Set(files.map { $0.pointer })).get()
            return .success(Content(read: read, body: body, files: files))
        } catch {
            return .failure(.request(error))
        }
    }
}

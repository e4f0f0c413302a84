import EventLoop
import HTTPFields
import HTTPServer
import Predictions
import Serving
import Workers

/// Decides on requests whose bodies are no JSON, by their heads: forms, and for models with one file input that file.
final class UploadIntake {
    /// What becomes of such a request.
    enum Decision {
        case receive(any BodyReceiver)
        case refuse(Response)
    }

    private let service: PredictionService
    private let limits: UploadReading.Limits
    private let memory: MemoryAccount
    private let log: Log

    init(_ service: PredictionService, _ limits: UploadReading.Limits, _ memory: MemoryAccount, _ log: Log) {
        self.service = service
        self.limits = limits
        self.memory = memory
        self.log = log
    }

    /// Decides on a request with a body of this content type.
    func decide(on head: RequestHead, contentType: String, isTraining: Bool) -> Decision {
        let parameters = FieldParameters(contentType)
        let isForm = parameters.subject == "multipart/form-data"
        guard isForm || Self.canBeFile(parameters.subject) else { return .refuse(Answers.unsupportedType) }
        // What these answers say won't change while a large body arrives, so it need not.
        guard !service.isClosed else { return .refuse(Answers.shuttingDown) }
        guard let facts = service.facts else {
            return .refuse(isForm ? Answers.noModel(service.condition) : Answers.unsupportedType)
        }
        let kind: UploadReading.Kind
        if isForm {
            guard let parser = MultipartParser(contentType: contentType) else { return .refuse(Answers.noBoundary) }
            kind = .form(parser)
        } else {
            guard let input = facts.filePatterns.onlyInput else { return .refuse(Answers.unsupportedType) }
            if let text = head.field("content-length"), let length = Int(text.string), length > limits.fileBytes {
                return .refuse(UploadError.fileTooLarge(limitBytes: limits.fileBytes).answer)
            }
            kind = .file(PartHead(name: input, fileName: Self.fileName(head), contentType: contentType))
        }
        let schema = isTraining ? facts.trainingSchema : facts.predictionSchema
        let reading = UploadReading(
            kind, InputForm(schema: schema, filePatterns: facts.filePatterns), limits: limits, memory: memory)
        if !isForm, let query = head.query { Self.addFields(of: query, to: reading) }
        return .receive(
            Upload(reading, into: service.makeUploads(), schema: schema, filePatterns: facts.filePatterns, log: log))
    }

    /// Whether a body of a content type may be a file. What `curl -d` and HTML forms without files send is not meant as one.
    private static func canBeFile(_ type: String) -> Bool {
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !type.contains("*")
            && parts[0] != "multipart" && type != "application/x-www-form-urlencoded"
    }

    private static func fileName(_ head: RequestHead) -> String? {
        head.field("content-disposition").flatMap { FieldParameters($0.string)["filename"] }
    }

    /// The fields of a query string, which stand for those of a form, but for what says how to answer.
    private static func addFields(of query: HeadBytes, to reading: UploadReading) {
        for field in QueryFields.all(in: query) where field.name != QueryFields.raw {
            reading.add(field.name, field.value)
        }
    }
}

@available(*, unavailable)
extension UploadIntake: Sendable {}

import EventLoop
import HTTPFields
import HTTPServer
import Predictions
import Serving
import Workers

/// Decides, by their heads, about requests whose bodies aren't JSON: forms and, for models with a single file input,
/// that file.
final class UploadIntake {
    /// The decision about such a request.
    enum Decision<Taken> {
        case take(Taken)
        case refuse(Response)
    }

    /// What is known about an accepted request.
    private struct Plan {
        let kind: UploadKind
        let facts: ModelFacts
    }

    private let service: PredictionService
    private let limits: UploadLimits
    private let memory: MemoryAccount
    private let log: Log

    init(_ service: PredictionService, _ limits: UploadLimits, _ memory: MemoryAccount, _ log: Log) {
        self.service = service
        self.limits = limits
        self.memory = memory
        self.log = log
    }

    /// Decides about a request with a body of this content type.
    func decide(on head: RequestHead, contentType: String) -> Decision<Void> {
        switch plan(head, contentType) {
        case .take: .take(())
        case .refuse(let answer): .refuse(answer)
        }
    }

    /// Makes the upload of a request that was handed over.
    func upload(
        _ head: RequestHead, on exchange: Exchange, isTraining: Bool
    ) -> Decision<UploadReceiver<PredictionForm>> {
        switch plan(head, head.field("content-type")?.string ?? "") {
        case .take(let plan): .take(upload(plan, head, exchange, isTraining))
        case .refuse(let answer): .refuse(answer)
        }
    }

    private func upload(_ plan: Plan, _ head: RequestHead, _ exchange: Exchange, _ isTraining: Bool) -> UploadReceiver<
        PredictionForm
    > {
        let facts = plan.facts
        let schema = isTraining ? facts.trainingSchema : facts.predictionSchema
        let reading = UploadReading(
            plan.kind, PredictionForm(schema: schema, filePatterns: facts.filePatterns, memory: memory),
            limits: limits, memory: memory)
        if case .file = plan.kind, let query = head.query { Self.addFields(of: query, to: reading) }
        return UploadReceiver(
            reading, into: service.makeUploads(), on: exchange, memory: memory, log: log)
    }

    private func plan(_ head: RequestHead, _ contentType: String) -> Decision<Plan> {
        let parameters = FieldParameters(contentType)
        let isForm = parameters.subject == "multipart/form-data"
        guard isForm || Self.canBeFile(parameters.subject) else { return .refuse(Answers.unsupportedType) }
        // These responses won't change while a large body arrives, so don't receive it.
        guard !service.isClosed else { return .refuse(Answers.shuttingDown) }
        guard let facts = service.facts else {
            return .refuse(isForm ? Answers.noModel(service.condition) : Answers.unsupportedType)
        }
        if isForm {
            guard let parser = MultipartParser(contentType: contentType) else { return .refuse(Answers.noBoundary) }
            return .take(Plan(kind: .form(parser), facts: facts))
        }
        guard let input = facts.filePatterns.onlyInput else { return .refuse(Answers.unsupportedType) }
        if let text = head.field("content-length"), let length = Int(text.string), length > limits.fileBytes {
            return .refuse(UploadError.fileTooLarge(limitBytes: limits.fileBytes).answer)
        }
        let part = PartHead(name: input, fileName: Self.fileName(head), contentType: contentType)
        return .take(Plan(kind: .file(part), facts: facts))
    }

    /// Whether a body with this content type may be a file. What `curl -d` and HTML forms without files send isn't
    /// meant as one.
    private static func canBeFile(_ type: String) -> Bool {
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !type.contains("*")
            && parts[0] != "multipart" && type != "application/x-www-form-urlencoded"
    }

    private static func fileName(_ head: RequestHead) -> String? {
        head.field("content-disposition").flatMap { FieldParameters($0.string)["filename"] }
    }

    /// Adds the fields of a query string as if they were a form's, except the one that chooses how to answer.
    private static func addFields(of query: HeadBytes, to reading: UploadReading<PredictionForm>) {
        for field in QueryFields.all(in: query) where field.name != QueryFields.raw {
            reading.add(field.name, field.value)
        }
    }
}

@available(*, unavailable)
extension UploadIntake: Sendable {}

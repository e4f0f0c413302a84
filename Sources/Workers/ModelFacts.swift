internal import JSON
internal import JSONSchema
public import Predictions
internal import WorkerProtocol

/// What the worker tells of the model once setup has succeeded.
public final class ModelFacts {
    /// The largest concurrency. Far beyond any use, and far from where sums overflow.
    static let concurrencyLimit = Int(Int32.max)

    /// How many predictions may run at a time.
    public let concurrency: Int
    /// How predictions are gathered for one call; nil if each call answers one.
    public let batching: Batching?
    /// Whether the model has a health check of its own.
    public let hasHealthCheck: Bool
    /// Where files stand in an input.
    public let filePatterns: FilePatterns
    /// The OpenAPI document as it is served; nil when there is none.
    public let document: [UInt8]?
    /// What the document says besides.
    public let documentFacts: DocumentFacts?
    /// The schema of the inputs of predictions.
    public let predictionSchema: InputSchema?
    /// The schema of the inputs of trainings.
    public let trainingSchema: InputSchema?

    /// Reads the content of a `ready` frame.
    ///
    /// - Throws: ``ModelFactsError`` when the document's schema can't be used.
    init(reading content: UnsafeRawBufferPointer) throws(ModelFactsError) {
        let facts: JSONDocument
        do throws(JSONError) {
            facts = try JSONDocument(parsing: content)
        } catch {
            throw .unreadable("\(error)")
        }
        let root = facts.root
        guard let concurrency = root[ReadyKey.concurrency]?.int, (1...Self.concurrencyLimit).contains(concurrency)
        else {
            throw .concurrency
        }
        self.concurrency = concurrency
        batching = root[ReadyKey.batch].map { batch in
            Batching(
                size: batch[BatchKey.maxSize]?.int ?? 1,
                // A number that no `Duration` can hold would trap.
                wait: .seconds(min(max(0, batch[BatchKey.maxWait]?.double ?? 0), Batching.longestWaitSeconds)))
        }
        hasHealthCheck = root[ReadyKey.healthCheck]?.bool == true
        filePatterns = FilePatterns(root[ReadyKey.files]?.elements.compactMap(\.string) ?? [])
        guard let schema = root[ReadyKey.schema] else {
            document = nil
            documentFacts = nil
            predictionSchema = nil
            trainingSchema = nil
            return
        }
        var text: [UInt8] = []
        schema.write(to: &text, sortedKeys: true)
        document = text
        documentFacts = DocumentFacts(document: schema)
        // Where the form that clients know leaves out what an input holds, the worker says it beside the document.
        let checked = root[ReadyKey.checks].flatMap { $0.kind == .object ? $0 : nil } ?? schema
        do throws(SchemaError) {
            predictionSchema = try InputSchema(document: checked, forTraining: false)
            trainingSchema = try InputSchema(document: checked, forTraining: true)
        } catch {
            throw .schema("\(error)")
        }
    }
}

/// Why a model that was set up can't be served.
enum ModelFactsError: Error, CustomStringConvertible {
    case unreadable(String)
    case schema(String)
    case concurrency

    var description: String {
        switch self {
        case .unreadable(let error): "the worker's report can't be read: \(error)"
        case .schema(let error): "Failed to compile input schema validator: \(error)"
        case .concurrency: "the model's concurrency must be a whole number from 1 to \(ModelFacts.concurrencyLimit)"
        }
    }
}

@available(*, unavailable)
extension ModelFacts: Sendable {}

internal import JSON
internal import JSONSchema
public import Predictions
internal import WorkerProtocol

/// What the worker reports about the model once setup has succeeded.
public final class ModelFacts {
    /// The largest concurrency: far above any use, and far below where sums overflow.
    static let concurrencyLimit = Int(Int32.max)

    /// The maximum number of concurrent predictions.
    public let concurrency: Int
    /// How predictions are batched; nil if each call answers one.
    public let batching: Batching?
    /// Whether the model has its own health check.
    public let hasHealthCheck: Bool
    /// Where an input may contain files.
    public let filePatterns: FilePatterns
    /// The OpenAPI document to serve; nil if there is none.
    public let document: [UInt8]?
    /// Further facts from the document.
    public let documentFacts: DocumentFacts?
    /// The schema for the inputs of predictions.
    public let predictionSchema: InputSchema?
    /// The schema for the inputs of trainings.
    public let trainingSchema: InputSchema?

    /// Reads the content of a `ready` frame.
    ///
    /// - Throws: ``ModelFactsError`` if the document's schema isn't usable.
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
                // A number that doesn't fit into a `Duration` would trap.
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
        // If the form that clients know omits some of an input's structure, the worker sends it separately.
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

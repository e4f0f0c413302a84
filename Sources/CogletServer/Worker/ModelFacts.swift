import JSON
import Predictions

/// What the worker tells of the model once setup has succeeded.
struct ModelFacts {
    /// How many predictions may run at a time.
    let concurrency: Int
    /// Whether the model has a health check of its own.
    let hasHealthCheck: Bool
    /// Where files stand in an input.
    let filePatterns: FilePatterns
    /// The OpenAPI document as it is served; nil when there is none.
    let document: [UInt8]?
    /// What the document says besides.
    let documentFacts: DocumentFacts?
    /// The schemas of inputs.
    let predictionSchema: InputSchema?
    let trainingSchema: InputSchema?

    /// Reads the content of a `ready` frame.
    ///
    /// - Throws: ``ModelFactsError`` when the document's schema can't be used.
    init(reading content: UnsafeRawBufferPointer) throws(ModelFactsError) {
        let facts: JSONDocument
        do throws(JSONError) {
            facts = try JSONDocument(parsing: content)
        } catch {
            throw .unreadable(error)
        }
        let root = facts.root
        concurrency = max(1, root["concurrency"]?.int ?? 1)
        hasHealthCheck = root["healthcheck"]?.bool == true
        let patterns = root["files"]
        filePatterns = FilePatterns((0..<(patterns?.count ?? 0)).compactMap { patterns?[$0].string })
        guard let schema = root["schema"] else {
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
        let checked = root["checks"].flatMap { $0.kind == .object ? $0 : nil } ?? schema
        do throws(SchemaError) {
            predictionSchema = try InputSchema(document: checked, forTraining: false)
            trainingSchema = try InputSchema(document: checked, forTraining: true)
        } catch {
            throw .schema(error)
        }
    }
}

/// Why a model that was set up can't be served.
enum ModelFactsError: Error, CustomStringConvertible {
    case unreadable(JSONError)
    case schema(SchemaError)

    var description: String {
        switch self {
        case .unreadable(let error): "the worker's report can't be read: \(error)"
        case .schema(let error): "Failed to compile input schema validator: \(error)"
        }
    }
}

internal import JSON
internal import WorkerProtocol

/// The content of a `batchFailed` frame: a call for several predictions has raised.
struct BatchFailure {
    /// The tokens of the batch's predictions that haven't ended.
    let tokens: [UInt32]
    let error: String
    let traceback: String

    /// Reads the content of a frame from a worker that was given tokens up to `lastToken`.
    init(reading content: UnsafeRawBufferPointer, lastToken: UInt32) throws(WorkerFault) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: content).root
        } catch {
            throw .content(.batchFailed, "\(error)")
        }
        guard let list = root[BatchFailureKey.tokens], list.kind == .array,
            (1...TokenList.limit).contains(list.count)
        else {
            throw .content(.batchFailed, "it has no list of predictions")
        }
        var tokens: [UInt32] = []
        for element in list.elements {
            guard let token = element.int.flatMap(UInt32.init(exactly:)) else {
                throw .content(.batchFailed, "it names something that is not a prediction")
            }
            guard (1...max(1, lastToken)).contains(token) else { throw .notGiven(.batchFailed, token: token) }
            tokens.append(token)
        }
        guard let error = root[BatchFailureKey.error]?.string, let traceback = root[BatchFailureKey.traceback]?.string
        else {
            throw .content(.batchFailed, "it has no error or no traceback")
        }
        self.tokens = tokens
        self.error = error
        self.traceback = traceback
    }
}

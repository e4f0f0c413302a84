import EventLoop
import HTTPServer
import Platforms
import Predictions

/// A request in a platform's form, read and checked; each input is checked like that of a separate prediction.
struct PlatformReading: Sendable {
    /// An input and its position.
    struct Input: Sendable {
        let read: ReadRequest
        let body: Buffer
    }

    let request: any PlatformRequest
    let inputs: [Input]

    /// What is needed to read the inputs.
    struct Rules: Sendable {
        let schema: InputSchema?
        let filePatterns: FilePatterns
        let memory: MemoryAccount
    }

    /// Reads the inputs of a request that came in `body`. Safe on any thread.
    ///
    /// - Throws: ``PlatformError`` if there is no memory for them.
    init(_ request: some PlatformRequest, in body: Buffer, _ rules: Rules) throws(PlatformError) {
        self.request = request
        let scan = RequestScan(schema: rules.schema, content: .input)
        var inputs: [Input] = []
        var composedBytes = 0
        for (index, text) in request.inputs.enumerated() {
            if case .text(let bytes) = text { composedBytes += bytes.count }
            guard composedBytes <= InputText.limitBytes else { throw InputText.tooLarge }
            let (range, source) = try Self.place(of: text, in: body, rules)
            do throws(RequestError) {
                let read = try RequestReader.read(range, of: source, scan, rules.schema, rules.filePatterns).get()
                inputs.append(Input(read: read, body: source))
            } catch {
                let place = request.place(index).map { $0 + ": " } ?? ""
                throw PlatformError(place + error.description)
            }
        }
        self.inputs = inputs
    }

    private static func place(
        of text: InputText, in body: Buffer, _ rules: Rules
    ) throws(PlatformError) -> (Range<Int>, Buffer) {
        switch text {
        case .part(let range): return (range, body)
        case .text(let bytes):
            let copy = Buffer(accountedIn: rules.memory)
            guard bytes.withUnsafeBytes({ copy.tryAppend($0, upTo: $0.count) }) else {
                let failure = RequestFailure.outOfMemory
                throw PlatformError(failure.description, status: failure.status)
            }
            return (0..<copy.count, copy)
        }
    }
}

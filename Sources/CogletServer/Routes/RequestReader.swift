import EventLoop
import HTTPServer
import JSON
import Predictions
import Serving

/// A request's body, read and checked.
struct ReadRequest: Sendable {
    let reading: RequestReading
    /// A file that nobody can get, if nothing else is wrong with the input.
    let unusableFile: RequestBody.UnusableFile?
}

/// Reads the bodies of requests for predictions: on the loop while they arrive, and what takes long on the thread pool.
///
/// Bound to the loop.
final class RequestReader {
    private let loop: EventLoop
    /// For bodies that are there at once, which most are.
    private var idleScan: RequestScan?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Reads a request, and gives `then` what it says: before returning, or later if that takes long. A client that has left by
    /// then is forgotten.
    func read(
        _ request: Request, on exchange: Exchange, content: RequestScan.Content = .envelope, schema: InputSchema?,
        filePatterns: FilePatterns,
        then: @escaping (Result<ReadRequest, RequestError>) -> Void
    ) {
        let body = request.body
        // Neither body nor type: an empty input. An empty body that claims to be JSON is an error.
        if body.isEmpty, request.head.field("content-type") == nil {
            then(.success(ReadRequest(reading: RequestReading(schema: schema), unusableFile: nil)))
            return
        }
        let scan = (request.reader as? BodyScan)?.scan ?? takeScan(of: content, for: schema)
        scan.read(body.bytes, isFinal: true)
        let document = JSONDocument(checked: body.bytes, owner: body)
        guard RequestReading.isLong(scan, bytes: body.count, schema: schema, filePatterns: filePatterns) else {
            let result = Self.read(body, document, scan, schema, filePatterns)
            if content == .envelope { idleScan = scan }
            then(result)
            return
        }
        // The scan has come to its end: nobody changes it any more.
        nonisolated(unsafe) let finished = scan
        loop.submit {
            Self.read(body, document, finished, schema, filePatterns)
        } then: { result in
            if !exchange.isClientGone { then(result) }
        }
    }

    /// Reads a body that is complete; any thread.
    static func read(
        _ body: Buffer, _ schema: InputSchema?, _ filePatterns: FilePatterns, uploaded: Set<String>
    ) -> Result<ReadRequest, RequestError> {
        let scan = RequestScan(schema: schema)
        scan.read(body.bytes, isFinal: true)
        return read(
            body, JSONDocument(checked: body.bytes, owner: body), scan, schema, filePatterns, uploaded: uploaded)
    }

    /// Reads an input that stands in a part of a body; any thread.
    static func read(
        _ input: Range<Int>, of body: Buffer, _ scan: RequestScan, _ schema: InputSchema?, _ filePatterns: FilePatterns
    ) -> Result<ReadRequest, RequestError> {
        scan.read(input, of: body.bytes, schema: schema)
        return read(body, JSONDocument(checked: body.bytes, owner: body), scan, schema, filePatterns)
    }

    private func takeScan(of content: RequestScan.Content, for schema: InputSchema?) -> RequestScan {
        guard content == .envelope, let scan = idleScan else { return RequestScan(schema: schema, content: content) }
        idleScan = nil
        scan.begin(schema: schema)
        return scan
    }

    private static func read(
        _ body: Buffer, _ document: JSONDocument, _ scan: RequestScan, _ schema: InputSchema?,
        _ filePatterns: FilePatterns, uploaded: Set<String> = []
    ) -> Result<ReadRequest, RequestError> {
        Result { () throws(RequestError) in
            let reading = try RequestReading(
                of: document, scan, schema: schema, filePatterns: filePatterns, uploaded: uploaded)
            let isValid = reading.problems == nil && reading.misplaced == nil
            return ReadRequest(
                reading: reading, unusableFile: isValid ? RequestBody(body, reading).unusableFile : nil)
        }
    }
}

/// Reads a JSON body while it arrives. Called by one thread at a time.
final class BodyScan: BodyReader, @unchecked Sendable {
    let scan: RequestScan

    init(_ scan: RequestScan) {
        self.scan = scan
    }

    func bodyGrew(_ body: Buffer) {
        scan.read(body.bytes, isFinal: false)
    }
}

@available(*, unavailable)
extension RequestReader: Sendable {}

import EventLoop
import HTTPServer
import JSON
import Predictions
import Serving

/// A request's body, read and checked.
final class ReadRequest: Sendable {
    let reading: RequestReading
    /// A file that can't be fetched, if nothing else is wrong with the input.
    let unusableFile: RequestBody.UnusableFile?

    init(reading: RequestReading, unusableFile: RequestBody.UnusableFile?) {
        self.reading = reading
        self.unusableFile = unusableFile
    }
}

/// Reads the bodies of requests for predictions: on the loop while they arrive, and slow work on the thread pool.
///
/// Bound to the loop.
final class RequestReader {
    private let loop: EventLoop
    /// For bodies that arrive together with the head, which most do.
    private var idleScan: RequestScan?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Reads a request and passes its contents to `then`: before returning, or later if it takes long. Does nothing for
    /// a client that has disconnected by then.
    func read(
        _ request: Request, on exchange: Exchange, content: RequestScan.Content = .envelope, schema: InputSchema?,
        filePatterns: FilePatterns,
        then: @escaping (Result<ReadRequest, RequestError>) -> Void
    ) {
        let body = request.body
        // Neither body nor type means an empty input. An empty body declared as JSON is an error.
        if body.isEmpty, request.head.field("content-type") == nil {
            then(.success(ReadRequest(reading: RequestReading(schema: schema), unusableFile: nil)))
            return
        }
        let scan = (request.reader as? BodyScan)?.scan ?? takeScan(of: content, for: schema)
        scan.read(body.bytes, isFinal: true)
        let document = scan.document(of: body.bytes, owner: body)
        guard RequestReading.isLong(scan, bytes: body.count, schema: schema, filePatterns: filePatterns) else {
            let result = Self.read(body, document, scan, schema, filePatterns)
            if content == .envelope { idleScan = scan }
            then(result)
            return
        }
        // The scan has ended, so nothing changes it any more.
        nonisolated(unsafe) let finished = scan
        loop.submit {
            Self.read(body, document, finished, schema, filePatterns)
        } then: { result in
            if !exchange.isClientGone { then(result) }
        }
    }

    /// Reads a complete body; safe on any thread.
    static func read(
        _ body: Buffer, _ schema: InputSchema?, _ filePatterns: FilePatterns, uploaded: Set<String>
    ) -> Result<ReadRequest, RequestError> {
        let scan = RequestScan(schema: schema)
        scan.read(body.bytes, isFinal: true)
        return read(
            body, scan.document(of: body.bytes, owner: body), scan, schema, filePatterns, uploaded: uploaded)
    }

    /// Reads an input in a part of a body; safe on any thread.
    static func read(
        _ input: Range<Int>, of body: Buffer, _ scan: RequestScan, _ schema: InputSchema?, _ filePatterns: FilePatterns
    ) -> Result<ReadRequest, RequestError> {
        scan.read(input, of: body.bytes, schema: schema)
        return read(body, scan.document(of: body.bytes, owner: body), scan, schema, filePatterns)
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

/// Parses a JSON body while it arrives. Called on one thread at a time.
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

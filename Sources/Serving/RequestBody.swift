public import EventLoop
public import FileTransfer
internal import HTTPClient
public import Predictions
internal import Workers

/// The body of a request for the model: the input's own text, except the parts that are removed.
public struct RequestBody {
    /// The form in which the worker gets an input.
    private static let (opening, closing): (StaticString, StaticString) = (#"{"input":"#, "}")
    /// Up to this many pieces are sent in place; more are copied together.
    private static let pieceLimit = 100

    private let bytes: Buffer
    private let input: Range<Int>?
    private let cuts: [Range<Int>]
    private let files: [FilePatterns.Found]

    /// Makes the body from a request's bytes and their reading.
    public init(_ bytes: Buffer, _ reading: RequestReading) {
        self.bytes = bytes
        input = reading.inputRange
        cuts = reading.cuts
        files = reading.files
    }

    /// The files of the input that are to be fetched. Of those that the model opens itself, these are the stored ones.
    func inputs(storedIn stored: StoredFiles) -> [FetchedInput] {
        files.compactMap { file in
            let input = fileInput(file)
            let found = stored.file(for: input)
            return file.isFetched || found != nil ? FetchedInput(input, stored: found) : nil
        }
    }

    /// Where in the input the URL of a stored file stands that isn't there; nil if there is none.
    public func missingFile(in stored: StoredFiles) -> String? {
        files.first { stored.isMissing(fileInput($0)) }?.pointer
    }

    /// The first file of the input that can't be fetched because its URL isn't usable, and the reason. Examines every
    /// URL completely, including data URLs.
    public var unusableFile: UnusableFile? {
        for file in files {
            if let reason = fileInput(file).problem { return UnusableFile(pointer: file.pointer, reason: reason) }
        }
        return nil
    }

    /// The position of an unusable URL in the input, and the reason.
    public struct UnusableFile: Sendable {
        /// As in ``FileInput/pointer``.
        public let pointer: String
        /// A clause that contains no part of the URL.
        public let reason: String
    }

    private func fileInput(_ file: FilePatterns.Found) -> FileInput {
        FileInput(pointer: file.pointer, text: .literal(bytes, file.contents), base64: file.base64)
    }

    /// Calls `send` with all parts of the request; copies nothing unless many parts are removed.
    func withParts(meta: [UInt8], _ send: (PredictionParts) -> Void) {
        meta.withUnsafeBytes { meta in
            guard let input else { return send(PredictionParts(meta: meta, text: [])) }
            let pieces = pieces(of: input)
            guard pieces.count > Self.pieceLimit else {
                return send(PredictionParts(meta: meta, text: pieces, owner: bytes))
            }
            let gathered = Buffer(capacity: pieces.reduce(0) { $0 + $1.count })
            for piece in pieces { gathered.append(piece) }
            send(PredictionParts(meta: meta, text: [gathered.bytes], owner: gathered))
        }
    }

    private func pieces(of input: Range<Int>) -> [UnsafeRawBufferPointer] {
        var pieces: [UnsafeRawBufferPointer] = []
        pieces.reserveCapacity(cuts.count + 3)
        pieces.append(Self.bytes(of: Self.opening))
        var start = input.lowerBound
        for cut in cuts {
            pieces.append(UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<cut.lowerBound]))
            start = cut.upperBound
        }
        pieces.append(UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<input.upperBound]))
        pieces.append(Self.bytes(of: Self.closing))
        return pieces
    }

    private static func bytes(of literal: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }
}

@available(*, unavailable)
extension RequestBody: Sendable {}

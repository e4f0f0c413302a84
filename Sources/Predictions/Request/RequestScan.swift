public import JSON

/// Reads a request's body as it arrives: checks its grammar, and as much of the input's schema as possible in passing.
///
/// Use it on one thread at a time.
public final class RequestScan {
    /// The content of a text.
    public enum Content: Sendable {
        /// An envelope that contains an input, as sent by Cog's own clients.
        case envelope
        /// An input without an envelope.
        case input
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let anyInput = InputSchema.envelope(input: nil)

    private let scanner = JSONScanner()
    private var start: Int?
    /// The kind of content that is read.
    let content: Content
    /// The schema that is checked in passing.
    public private(set) var schema: InputSchema?
    /// What is wrong with the body; nothing more is read after that.
    public private(set) var failure: JSONError?

    /// Makes a scan of a body whose input should follow `schema`.
    public init(schema: InputSchema?, content: Content = .envelope) {
        self.schema = schema
        self.content = content
    }

    /// Discards the body so far and begins another one.
    public func begin(schema: InputSchema?) {
        self.schema = schema
        start = nil
        failure = nil
    }

    /// Discards the body so far and reads a part of a text.
    public func read(_ range: Range<Int>, of text: UnsafeRawBufferPointer, schema: InputSchema?) {
        begin(schema: schema)
        beginScan(at: range.lowerBound)
        read(UnsafeRawBufferPointer(rebasing: text[..<range.upperBound]), isFinal: true)
    }

    /// Reads more of the body. `text` is the whole body so far.
    public func read(_ text: UnsafeRawBufferPointer, isFinal: Bool) {
        guard failure == nil, isFinal || text.count >= Self.byteOrderMark.count else { return }
        if start == nil {
            // A parser may ignore a byte order mark (RFC 8259, 8.1).
            beginScan(at: text.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0)
        }
        do throws(JSONError) {
            try scanner.read(text, isFinal: isFinal)
        } catch {
            failure = error
        }
    }

    private func beginScan(at start: Int) {
        self.start = start
        switch content {
        case .envelope: scanner.begin(shape: schema?.shape ?? Self.anyInput, from: start)
        case .input: scanner.begin(shape: schema?.bareShape, from: start)
        }
    }

    // MARK: - What was found

    /// A document of `text`, which has been read to its end without a ``failure``. `owner` keeps it alive.
    public func document(of text: UnsafeRawBufferPointer, owner: AnyObject) -> JSONDocument {
        JSONDocument(checked: text, owner: owner, by: scanner)
    }

    /// Whether the input may violate the schema.
    var isDoubtful: Bool { scanner.isDoubtful }

    /// Whether the input has members that the schema doesn't list.
    var hasUnknownInputs: Bool { scanner.hasUnknownMembers }

    /// The outermost value.
    func root(in document: JSONDocument) -> JSONValue { document.root(from: start ?? 0) }

    /// The position of an envelope member's value; nil if it is missing.
    func range(of member: PredictionRequest.Member) -> Range<Int>? {
        content == .envelope ? scanner.member(member.rawValue) : nil
    }

    /// Whether the envelope repeats any member.
    var hasRepeatedMembers: Bool { scanner.hasRepeatedMembers }

    /// Whether the envelope repeats a member.
    func isRepeated(_ member: PredictionRequest.Member) -> Bool { scanner.isRepeated(member.rawValue) }
}

@available(*, unavailable)
extension RequestScan: Sendable {}

public import JSON

/// The reading of a request's body as it arrives: its grammar, and as much of the input's schema as can be checked in passing.
///
/// Used on one thread at a time.
public final class RequestScan {
    /// What a text holds.
    public enum Content: Sendable {
        /// An envelope with an input in it, as Cog's own clients send it.
        case envelope
        /// An input alone.
        case input
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let anyInput = InputSchema.envelope(input: nil)

    private let scanner = JSONScanner()
    private var start: Int?
    /// What is read.
    let content: Content
    /// The schema that is checked in passing.
    public private(set) var schema: InputSchema?
    /// What is wrong with the body; nothing more is read then.
    public private(set) var failure: JSONError?

    /// A reading of a body whose input should follow `schema`.
    public init(schema: InputSchema?, content: Content = .envelope) {
        self.schema = schema
        self.content = content
    }

    /// Forgets the body so far, and begins another.
    public func begin(schema: InputSchema?) {
        self.schema = schema
        start = nil
        failure = nil
    }

    /// Forgets the body so far, and reads what stands in a part of a text.
    public func read(_ range: Range<Int>, of text: UnsafeRawBufferPointer, schema: InputSchema?) {
        begin(schema: schema)
        beginScan(at: range.lowerBound)
        read(UnsafeRawBufferPointer(rebasing: text[..<range.upperBound]), isFinal: true)
    }

    /// Reads on. `text` is all of the body so far.
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

    /// Whether the input may violate the schema.
    var isDoubtful: Bool { scanner.isDoubtful }

    /// Whether the input has members that the schema doesn't list.
    var hasUnknownInputs: Bool { scanner.hasUnknownMembers }

    /// The outermost value.
    func root(in document: JSONDocument) -> JSONValue { document.root(from: start ?? 0) }

    /// Where the value of a member of the envelope stands; nil if it is missing.
    func range(of member: PredictionRequest.Member) -> Range<Int>? {
        content == .envelope ? scanner.member(member.rawValue) : nil
    }

    /// Whether the envelope has any member more than once.
    var hasRepeatedMembers: Bool { scanner.hasRepeatedMembers }

    /// Whether the envelope has a member more than once.
    func isRepeated(_ member: PredictionRequest.Member) -> Bool { scanner.isRepeated(member.rawValue) }
}

@available(*, unavailable)
extension RequestScan: Sendable {}

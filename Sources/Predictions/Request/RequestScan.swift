public import JSON

/// The reading of a request's body as it arrives: its grammar, and as much of the input's schema as can be checked in passing.
///
/// Used on one thread at a time.
public final class RequestScan {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let anyInput = InputSchema.envelope(input: nil)

    private let scanner = JSONScanner()
    private var start: Int?
    /// The schema that is checked in passing.
    public private(set) var schema: InputSchema?
    /// What is wrong with the body; nothing more is read then.
    public private(set) var failure: JSONError?

    /// A reading of a body whose input should follow `schema`.
    public init(schema: InputSchema?) {
        self.schema = schema
    }

    /// Forgets the body so far, and begins another.
    public func begin(schema: InputSchema?) {
        self.schema = schema
        start = nil
        failure = nil
    }

    /// Reads on. `text` is all of the body so far.
    public func read(_ text: UnsafeRawBufferPointer, isFinal: Bool) {
        guard failure == nil, isFinal || text.count >= Self.byteOrderMark.count else { return }
        if start == nil {
            // A parser may ignore a byte order mark (RFC 8259, 8.1).
            let start = text.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
            self.start = start
            scanner.begin(shape: schema?.shape ?? Self.anyInput, from: start)
        }
        do throws(JSONError) {
            try scanner.read(text, isFinal: isFinal)
        } catch {
            failure = error
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
    func range(of member: PredictionRequest.Member) -> Range<Int>? { scanner.member(member.rawValue) }

    /// Whether the envelope has any member more than once.
    var hasRepeatedMembers: Bool { scanner.hasRepeatedMembers }

    /// Whether the envelope has a member more than once.
    func isRepeated(_ member: PredictionRequest.Member) -> Bool { scanner.isRepeated(member.rawValue) }
}

@available(*, unavailable)
extension RequestScan: Sendable {}

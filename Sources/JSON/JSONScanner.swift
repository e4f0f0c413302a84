internal import CJSONScanner

/// Reads a JSON text as it arrives, by RFC 8259 and nothing beyond, and checks its shape in passing.
///
/// Builds nothing: what it takes doesn't grow with the text. A number that no double can hold is refused, and so is an
/// integer of more than 4,300 digits. Used on one thread at a time.
public final class JSONScanner {
    /// How many containers may lie in one another, unless a scanner is told otherwise.
    public static let depthLimit = 127
    /// Positions in a text are 32 bits.
    static let textLimitBytes = Int(Int32.max)

    private let raw: OpaquePointer
    private var shape: JSONShape?
    private let depthLimit: Int
    /// Whether the text is complete and well-formed.
    public private(set) var isComplete = false

    /// A scanner for a text of a shape.
    public init(shape: JSONShape? = nil, depthLimit: Int = JSONScanner.depthLimit) {
        guard let raw = cogjson_new() else { fatalError("out of memory: a scanner") }
        self.raw = raw
        self.depthLimit = depthLimit
        begin(shape: shape)
    }

    deinit {
        cogjson_free(raw)
    }

    /// Forgets the text so far, and begins another, whose first `start` bytes are skipped.
    public func begin(shape: JSONShape?, from start: Int = 0) {
        self.shape = shape
        isComplete = false
        cogjson_begin(raw, shape?.root, UInt32(depthLimit), start)
    }

    /// How much of the text was read.
    public var position: Int { cogjson_found(raw).pointee.position }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - text: the whole text so far; it may have moved since the last call, but begins as it did.
    ///   - isFinal: whether nothing follows.
    /// - Throws: ``JSONError`` when the text is wrong; then nothing more can be read.
    public func read(_ text: UnsafeRawBufferPointer, isFinal: Bool) throws(JSONError) {
        guard text.count <= Self.textLimitBytes else { throw JSONError("text too long", at: 0, in: text) }
        guard let start = text.baseAddress else {
            if isFinal { throw JSONError("EOF while parsing a value", at: 0, in: text) }
            return
        }
        switch cogjson_feed(raw, start.assumingMemoryBound(to: UInt8.self), text.count, isFinal) {
        case COGJSON_MORE: break
        case COGJSON_COMPLETE: isComplete = true
        default:
            let found = cogjson_found(raw).pointee
            let message = found.error.map { String(cString: $0) } ?? ""
            throw JSONError(message, at: min(found.error_position, text.count), in: text)
        }
    }

    // MARK: - What was found

    /// How many values were read, at any depth, containers included; names of members don't count.
    public var valueCount: Int { cogjson_found(raw).pointee.values }

    /// Whether the text may violate its shape.
    public var isDoubtful: Bool { cogjson_found(raw).pointee.is_doubtful }

    /// Whether there are members of the kind that ``JSONShape/OtherMembers/reported`` is about.
    public var hasUnknownMembers: Bool { cogjson_found(raw).pointee.has_unknown }

    /// Where the value of the root's property with a number stands; nil if there is none. Of several the last.
    public func member(_ index: Int) -> Range<Int>? {
        precondition(index < Int(COGJSON_MEMBER_LIMIT))
        let found = cogjson_found(raw)
        guard found.pointee.found & 1 << UInt32(index) != 0 else { return nil }
        return withUnsafeBytes(of: found.pointee.members) { members in
            let range = members.assumingMemoryBound(to: cogjson_range.self)[index]
            return range.start..<range.end
        }
    }

    /// Whether the root has any of its properties more than once.
    public var hasRepeatedMembers: Bool { cogjson_found(raw).pointee.repeated != 0 }

    /// Whether the root has the property with a number more than once.
    public func isRepeated(_ index: Int) -> Bool {
        cogjson_found(raw).pointee.repeated & 1 << UInt32(index) != 0
    }
}

@available(*, unavailable)
extension JSONScanner: Sendable {}

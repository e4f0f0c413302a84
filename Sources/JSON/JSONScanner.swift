internal import CJSONScanner

/// Reads a JSON text as it arrives, strictly by RFC 8259, and checks its shape in the same pass.
///
/// Builds nothing, so its memory doesn't grow with the text. It refuses a number that no double can hold and an integer
/// of more than 4,300 digits. Use it on one thread at a time.
public final class JSONScanner {
    /// How deeply containers may be nested by default.
    public static let depthLimit = 127
    /// Positions in a text have 32 bits.
    static let textLimitBytes = Int(Int32.max)

    private let raw: OpaquePointer
    private var shape: JSONShape?
    private let depthLimit: Int
    /// Whether the text is complete and well-formed.
    public private(set) var isComplete = false

    /// Makes a scanner for a text of the given shape.
    public init(shape: JSONShape? = nil, depthLimit: Int = JSONScanner.depthLimit) {
        guard let raw = cogjson_new() else { fatalError("out of memory: a scanner") }
        self.raw = raw
        self.depthLimit = depthLimit
        begin(shape: shape)
    }

    deinit {
        cogjson_free(raw)
    }

    /// Discards the text so far and begins another one, skipping its first `start` bytes.
    public func begin(shape: JSONShape?, from start: Int = 0) {
        self.shape = shape
        isComplete = false
        cogjson_begin(raw, shape?.root, UInt32(depthLimit), start)
    }

    /// How much of the text has been read.
    public var position: Int { cogjson_found(raw).pointee.position }

    /// Reads more of the text.
    ///
    /// - Parameters:
    ///   - text: the whole text so far; it may have moved since the last call, but begins as it did.
    ///   - isFinal: whether nothing follows.
    /// Throws ``JSONError`` if the text is wrong; nothing more can be read then.
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

    /// The number of values read, at any depth, including containers; member names don't count.
    public var valueCount: Int { cogjson_found(raw).pointee.values }

    /// Whether the text may violate its shape.
    public var isDoubtful: Bool { cogjson_found(raw).pointee.is_doubtful }

    /// Whether there are members that ``JSONShape/OtherMembers/reported`` applies to.
    public var hasUnknownMembers: Bool { cogjson_found(raw).pointee.has_unknown }

    /// The position of the value of the root's property number `index`; nil if there is none. If it is repeated, the
    /// last one.
    public func member(_ index: Int) -> Range<Int>? {
        precondition(index < Int(COGJSON_MEMBER_LIMIT))
        let found = cogjson_found(raw)
        guard found.pointee.found & 1 << UInt32(index) != 0 else { return nil }
        return withUnsafeBytes(of: found.pointee.members) { members in
            let range = members.assumingMemoryBound(to: cogjson_range.self)[index]
            return range.start..<range.end
        }
    }

    /// A copy of what is known about the first long strings; nil if there are none. The caller deallocates it.
    func longStrings() -> UnsafeMutableBufferPointer<cogjson_long_string>? {
        let found = cogjson_found(raw)
        let count = found.pointee.long_string_count
        guard count > 0 else { return nil }
        return withUnsafeBytes(of: found.pointee.long_strings) { strings in
            let copy = UnsafeMutableBufferPointer<cogjson_long_string>.allocate(capacity: count)
            _ = copy.initialize(from: strings.assumingMemoryBound(to: cogjson_long_string.self).prefix(count))
            return copy
        }
    }

    /// Whether the root repeats any of its properties.
    public var hasRepeatedMembers: Bool { cogjson_found(raw).pointee.repeated != 0 }

    /// Whether the root repeats the property number `index`.
    public func isRepeated(_ index: Int) -> Bool {
        cogjson_found(raw).pointee.repeated & 1 << UInt32(index) != 0
    }
}

@available(*, unavailable)
extension JSONScanner: Sendable {}

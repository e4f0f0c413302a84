internal import CHTTPParser

/// What llhttp's callbacks find out about a message.
///
/// It has its own memory, which llhttp's `data` points to, so a callback is a few stores. A range may come in parts if
/// a read ended within it; the parts are adjacent, because the head stays in one buffer.
struct ParserState {
    let targetLimitBytes: Int
    let trailerLimitBytes: Int
    let fieldLimit: Int

    var base: UnsafeRawPointer?
    var fields: UnsafeMutablePointer<FieldRange>?
    var fieldCount = 0
    var target = ByteRange()
    var version = HTTPVersion.http11
    var framing = RequestParser.Framing.none
    var keepsAlive = false
    var expectsContinue = false
    var contentCoding = ContentCoding.identity
    var failure: RequestFailure?

    private var isInTrailer = false
    private var isInName = false
    private var isInValue = false
    private var trailerCount = 0

    init(configuration: HTTPConfiguration) {
        targetLimitBytes = configuration.targetLimitBytes
        trailerLimitBytes = configuration.headLimitBytes
        fieldLimit = configuration.fieldLimit
    }

    @inline(__always)
    mutating func beginHead() {
        fieldCount = 0
        target = ByteRange()
        framing = .none
        expectsContinue = false
        contentCoding = .identity
        failure = nil
        isInTrailer = false
        isInName = false
        isInValue = false
        trailerCount = 0
    }

    // MARK: - Callbacks

    /// Extends `range` by bytes that llhttp reports, or begins it.
    @inline(__always)
    private func extend(_ range: inout ByteRange, begins: Bool, _ at: UnsafePointer<CChar>, _ count: Int) {
        let start = UInt32(truncatingIfNeeded: UnsafeRawPointer(at) - base!)
        if begins { range.start = start }
        range.count = start + UInt32(truncatingIfNeeded: count) - range.start
    }

    private mutating func fail(_ failure: RequestFailure) -> Int32 {
        self.failure = failure
        return Int32(HPE_USER.rawValue)
    }

    @inline(__always)
    fileprivate mutating func receivedTarget(_ at: UnsafePointer<CChar>, _ count: Int) -> Int32 {
        extend(&target, begins: target.count == 0, at, count)
        return Int(target.count) <= targetLimitBytes ? 0 : fail(.targetTooLong)
    }

    @inline(__always)
    fileprivate mutating func receivedName(_ at: UnsafePointer<CChar>, _ count: Int) -> Int32 {
        let begins = !isInName
        isInName = true
        if begins {
            guard fieldCount < fieldLimit else { return fail(.fieldsTooLarge) }
            fieldCount += 1
            if !isInTrailer { fields![fieldCount - 1] = FieldRange() }
        }
        guard !isInTrailer else { return countTrailer(count) }
        extend(&fields![fieldCount - 1].name, begins: begins, at, count)
        return 0
    }

    @inline(__always)
    fileprivate mutating func receivedValue(_ at: UnsafePointer<CChar>, _ count: Int) -> Int32 {
        guard !isInTrailer else { return countTrailer(count) }
        extend(&fields![fieldCount - 1].value, begins: !isInValue, at, count)
        isInValue = true
        return 0
    }

    @inline(__always)
    fileprivate mutating func completedName() {
        isInName = false
    }

    /// Removes trailing whitespace, which isn't part of a value; llhttp removes leading whitespace.
    @inline(__always)
    fileprivate mutating func completedValue() {
        isInValue = false
        guard !isInTrailer else { return }
        var range = fields![fieldCount - 1].value
        while range.count > 0 {
            let last = base!.load(fromByteOffset: Int(range.start + range.count) - 1, as: UInt8.self)
            guard last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") else { break }
            range.count -= 1
        }
        fields![fieldCount - 1].value = range
    }

    /// Trailers are checked and discarded, because nothing uses them.
    private mutating func countTrailer(_ count: Int) -> Int32 {
        trailerCount += count
        return trailerCount <= trailerLimitBytes ? 0 : fail(.fieldsTooLarge)
    }

    fileprivate mutating func completedHead(_ parser: UnsafeMutablePointer<llhttp_t>) -> Int32 {
        // llhttp also accepts HTTP/0.9 and 2.0.
        guard parser.pointee.http_major == 1 else { return fail(.malformed("its version is not HTTP/1.0 or HTTP/1.1")) }
        version = parser.pointee.http_minor == 0 ? .http10 : .http11
        keepsAlive = llhttp_should_keep_alive(parser) == 1
        // A server may ignore a request to upgrade (RFC 9110, 7.8); otherwise llhttp would stop here.
        parser.pointee.upgrade = 0
        isInTrailer = true

        let flags = UInt32(parser.pointee.flags)
        if flags & F_TRANSFER_ENCODING.rawValue != 0 {
            // RFC 9112, 6.1: HTTP/1.0 has no transfer codings, and a body whose last coding isn't chunked has no
            // defined end.
            guard version == .http11, flags & F_CHUNKED.rawValue != 0 else {
                return fail(.malformed("its transfer codings don't define where the body ends"))
            }
            framing = .chunked
            return Int32(HPE_PAUSED.rawValue)
        }
        if flags & F_CONTENT_LENGTH.rawValue != 0, parser.pointee.content_length > 0 {
            guard let length = Int(exactly: parser.pointee.content_length) else {
                return fail(.malformed("its Content-Length is too large"))
            }
            framing = .length(length)
            parser.pointee.content_length = 0
        }
        // "There is no body": the connection reads it itself.
        return 1
    }

    /// A trailer begins; the limits of a head apply to it separately.
    mutating func beginTrailer() {
        fieldCount = 0
    }

    // MARK: - Settings

    /// The callbacks, shared by all parsers. llhttp only reads them.
    nonisolated(unsafe) static let settings: UnsafePointer<llhttp_settings_t> = coghttp_settings(
        { parser, at, count in state(parser).pointee.receivedTarget(at!, count) },
        { parser, at, count in state(parser).pointee.receivedName(at!, count) },
        { parser in
            state(parser).pointee.completedName()
            return 0
        },
        { parser, at, count in state(parser).pointee.receivedValue(at!, count) },
        { parser in
            state(parser).pointee.completedValue()
            return 0
        },
        { parser in state(parser).pointee.completedHead(parser!) },
        nil,  // llhttp doesn't see bodies
        { _ in Int32(HPE_PAUSED.rawValue) })
}

@inline(__always)
private func state(_ parser: UnsafeMutablePointer<llhttp_t>?) -> UnsafeMutablePointer<ParserState> {
    parser!.pointee.data.assumingMemoryBound(to: ParserState.self)
}

// MARK: - Rules on fields

extension ParserState {
    /// Checks what llhttp leaves to its user, and records what the connection needs to know.
    mutating func checkFields(of buffer: MessageBuffer) -> RequestFailure? {
        var hosts = 0
        var transferEncodings = 0
        for index in 0..<buffer.fieldCount {
            let name = buffer.bytes(buffer.fields[index].name)
            switch name.count {
            case 4 where name.equalsIgnoringCase("host"):
                hosts += 1
                guard isHostField(buffer.bytes(buffer.fields[index].value)) else {
                    return .malformed("its Host field is not a host with an optional port")
                }
            case 6 where name.equalsIgnoringCase("expect"):
                expectsContinue =
                    version == .http11
                    && buffer.bytes(buffer.fields[index].value).equalsIgnoringCase("100-continue")
            case 16 where name.equalsIgnoringCase("content-encoding"):
                contentCoding.add(buffer.bytes(buffer.fields[index].value))
            case 17 where name.equalsIgnoringCase("transfer-encoding"):
                transferEncodings += 1
                guard transferEncodings == 1,
                    buffer.bytes(buffer.fields[index].value).equalsIgnoringCase("chunked")
                else {
                    return .unknownTransferCoding
                }
            default: break
            }
        }
        // RFC 9112, 3.2: two hosts would be ambiguous; HTTP/1.0 clients needn't send one.
        guard hosts < 2 else { return .malformed("it has more than one Host field") }
        guard hosts == 1 || version == .http10 else { return .malformed("it has no Host field") }
        return isTargetValid(buffer) ? nil : .malformed("its target is neither a path nor an http or https URL")
    }

    /// Checks the form of the target; llhttp checks only its characters (RFC 9112, 3.2).
    private func isTargetValid(_ buffer: MessageBuffer) -> Bool {
        let target = buffer.bytes(buffer.target)
        switch target.first {
        case UInt8(ascii: "/"), UInt8(ascii: "*"): return true
        default: return buffer.method == .connect ? isHostAndPort(target) : isAbsoluteTarget(target)
        }
    }
}

import Testing
import WorkerProtocol

/// Feeds `bytes` in pieces of `step` bytes and collects the frames.
private func frames(of bytes: [UInt8], step: Int) throws -> [(FrameHeader, [UInt8])] {
    var buffer = FrameBuffer()
    var result: [(FrameHeader, [UInt8])] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let space = buffer.space()
        let piece = rest.prefix(min(step, space.count))
        space.copyBytes(from: piece)
        buffer.received(piece.count)
        rest = rest.dropFirst(piece.count)
        while let frame = try buffer.next() { result.append((frame.header, [UInt8](frame.content))) }
    }
    return result
}

private func wire(_ header: FrameHeader, _ content: [UInt8]) -> [UInt8] { header.bytes + content }

/// The bytes of a header are fixed: length, kind, detail, two zero bytes, token.
@Test func headerBytes() {
    let header = FrameHeader(.log, detail: 2, token: 0x0102_0304, contentBytes: 5)
    #expect(header.bytes == [5, 0, 0, 0, 34, 2, 0, 0, 4, 3, 2, 1])
    header.bytes.withUnsafeBytes { #expect(FrameHeader(reading: $0.baseAddress!) == header) }
}

/// Frames come out the same however their bytes arrive, also when one is larger than the buffer.
@Test(arguments: [1, 7, 12, 13, 4096, 1 << 20])
func framesSurviveAnyCutting(step: Int) throws {
    let large = [UInt8](repeating: 7, count: step < 4096 ? 3_000 : 300_000)
    let expected: [(FrameHeader, [UInt8])] = [
        (FrameHeader(.output, token: 1, contentBytes: 0), []),
        (FrameHeader(.log, detail: 1, token: 1, contentBytes: 3), [1, 2, 3]),
        (FrameHeader(.output, token: 1, contentBytes: large.count), large),
        (FrameHeader(.finished, detail: 4, token: 1, contentBytes: 2), [8, 9]),
    ]
    let bytes = (0..<20).flatMap { _ in expected.flatMap { wire($0.0, $0.1) } }
    let seen = try frames(of: bytes, step: step)
    #expect(seen.count == 80)
    for (index, frame) in seen.enumerated() {
        #expect(frame.0 == expected[index % 4].0)
        #expect(frame.1 == expected[index % 4].1)
    }
}

/// An undefined kind ends the reading.
@Test func unknownKindIsAnError() {
    #expect(throws: FrameError.unknownKind(255)) {
        _ = try frames(of: [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0], step: 12)
    }
}

/// A frame above the limit ends the reading before a byte of it has arrived.
@Test func frameAboveTheLimitIsAnError() {
    let limit = FrameHeader.contentLimitBytes
    for length in [UInt32(limit) + 1, .max] {
        let bytes = withUnsafeBytes(of: length) { Array($0) } + [FrameKind.output.rawValue, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: FrameError.tooLong(.output, contentBytes: Int(length))) { _ = try frames(of: bytes, step: 12) }
    }
}

/// Memory for a large frame comes with its bytes, not with its announcement.
@Test func announcementClaimsLittleMemory() throws {
    var buffer = FrameBuffer()
    buffer.space().copyBytes(from: FrameHeader(.output, contentBytes: FrameHeader.contentLimitBytes).bytes)
    buffer.received(FrameHeader.byteCount)
    #expect(try buffer.next() == nil)
    var room = buffer.space().count
    #expect(room <= FrameBuffer.capacityBytes)
    var received = FrameHeader.byteCount
    for _ in 0..<3 {
        buffer.received(room)
        received += room
        #expect(try buffer.next() == nil)
        room = buffer.space().count
        #expect(room <= 8 * received)
    }
}

/// A prediction is taken apart into the parts it was made of.
@Test func predictFrameRoundTrip() throws {
    let meta = Array("{}".utf8)
    let text = Array(#"{"input":{}}"#.utf8)
    let bytes = PredictFrame.prefix(token: 9, metaBytes: meta.count, textBytes: text.count) + meta + text
    let (header, content) = try #require(try frames(of: bytes, step: 5).first)
    #expect(header.token == 9)
    content.withUnsafeBytes { content in
        let frame = PredictFrame(reading: content)
        #expect(frame.map { [UInt8]($0.meta) } == meta)
        #expect(frame.map { [UInt8]($0.text) } == text)
        let noText = PredictFrame(reading: .init(rebasing: content[..<6]))
        #expect(noText?.meta.count == meta.count && noText?.text.isEmpty == true)
        for count in 0..<6 { #expect(PredictFrame(reading: .init(rebasing: content[..<count])) == nil) }
    }
}

/// The content of a large frame can be kept without a copy, and what follows it is still there.
@Test func largeContentIsDetached() throws {
    let large = [UInt8](repeating: 7, count: 200_000)
    let bytes =
        wire(FrameHeader(.output, token: 1, contentBytes: large.count), large)
        + wire(FrameHeader(.finished, token: 2, contentBytes: 2), [8, 9])
    var buffer = FrameBuffer()
    var rest = bytes[...]
    var owner: AnyObject?
    var content = UnsafeRawBufferPointer(start: nil, count: 0)
    var last: [UInt8] = []
    while !rest.isEmpty {
        let space = buffer.space()
        let piece = rest.prefix(space.count)
        space.copyBytes(from: piece)
        buffer.received(piece.count)
        rest = rest.dropFirst(piece.count)
        while let frame = try buffer.next() {
            if frame.header.kind == .output {
                owner = buffer.detach(frame)
                content = frame.content
            } else {
                #expect(buffer.detach(frame) == nil)
                last = [UInt8](frame.content)
            }
        }
    }
    try withExtendedLifetime(#require(owner)) {
        #expect(content.elementsEqual(large))
    }
    #expect(last == [8, 9])
}

/// A large frame gets memory as it arrives: what a header announces need not come.
@Test func announcedBytesTakeNothing() throws {
    var buffer = FrameBuffer()
    func receive(_ bytes: [UInt8], into buffer: inout FrameBuffer) throws -> Int {
        let space = buffer.space()
        space.copyBytes(from: bytes)
        buffer.received(bytes.count)
        let isComplete = try buffer.next() != nil
        #expect(!isComplete)
        return buffer.space().count
    }
    let room = try receive(FrameHeader(.output, token: 1, contentBytes: 1 << 30).bytes, into: &buffer)
    #expect(room <= FrameBuffer.capacityBytes)
    let more = try receive([UInt8](repeating: 7, count: room), into: &buffer)
    #expect(more > 0 && more < 8 * FrameBuffer.capacityBytes)
    let most = try receive([UInt8](repeating: 7, count: more), into: &buffer)
    #expect(most < 64 * FrameBuffer.capacityBytes)
}

/// A batch is the tokens of its predictions, behind an ordinary header.
@Test func tokenListRoundTrip() throws {
    let frame = TokenList.frame([7, 8, 0x0102_0304])
    #expect(Array(frame[..<12]) == FrameHeader(.batch, token: 7, contentBytes: 12).bytes)
    try frame[12...].withUnsafeBytes { content in
        let list = try #require(TokenList(reading: content))
        #expect((0..<list.count).map { list[$0] } == [7, 8, 0x0102_0304])
    }
}

/// A list has at least one token and at most the limit, each of 4 bytes.
@Test(arguments: [0, 3, 5, 4 * TokenList.limit + 4])
func noTokenList(byteCount: Int) {
    [UInt8](repeating: 1, count: byteCount).withUnsafeBytes { #expect(TokenList(reading: $0) == nil) }
}

@Test func longestTokenList() {
    [UInt8](repeating: 1, count: 4 * TokenList.limit).withUnsafeBytes {
        #expect(TokenList(reading: $0)?.count == TokenList.limit)
    }
}

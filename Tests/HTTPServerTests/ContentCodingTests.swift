import EventLoop
import Testing

@testable import HTTPServer

/// Compressed bodies.
@Suite struct ContentCodingTests {
    /// `gzip` of "hello".
    private static let hello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0,
        0, 0,
    ]

    private func coding(_ fields: String...) -> ContentCoding {
        var coding = ContentCoding.identity
        for var field in fields { field.withUTF8 { coding.add(UnsafeRawBufferPointer($0)) } }
        return coding
    }

    @Test func fields() {
        #expect(coding() == .identity)
        #expect(coding("") == .identity)
        #expect(coding("identity") == .identity)
        #expect(coding("gzip") == .gzip)
        #expect(coding("X-GZip") == .gzip)
        #expect(coding(" identity ,\tGZIP , ") == .gzip)
        #expect(coding("br") == .unknown)
        #expect(coding("gzip, gzip") == .unknown)
        #expect(coding("gzip", "gzip") == .unknown)
        #expect(coding("deflate, gzip") == .unknown)
        #expect(coding("gzip;q=1") == .unknown)
        #expect(coding("gzipx") == .unknown)
    }

    private func decode(_ bytes: [UInt8], limit: Int = 100, budget: Int = 1 << 20) -> Result<String, RequestFailure> {
        let decoder = GzipDecoder(Buffer(bytes), limitBytes: limit, account: MemoryAccount(limitBytes: budget))
        switch decoder.run() {
        case .complete: return .success(String(decoding: decoder.output.bytes, as: UTF8.self))
        case .failed(let failure): return .failure(failure)
        case .incomplete: return .failure(.unanswered)
        }
    }

    @Test func members() {
        #expect(decode(Self.hello) == .success("hello"))
        #expect(decode(Self.hello + Self.hello) == .success("hellohello"))
    }

    /// The limit is that of what comes out, and exact.
    @Test func limit() {
        #expect(decode(Self.hello, limit: 5) == .success("hello"))
        #expect(decode(Self.hello, limit: 4) == .failure(.bodyTooLarge))
        #expect(decode(Self.hello + Self.hello, limit: 9) == .failure(.bodyTooLarge))
        #expect(decode(Self.hello, limit: .max) == .success("hello"))
    }

    @Test func memory() {
        #expect(decode(Self.hello, budget: 1_000) == .failure(.outOfMemory))
    }

    @Test func damagedBodies() {
        func isBad(_ bytes: [UInt8]) -> Bool {
            if case .failure(.badContent) = decode(bytes) { true } else { false }
        }
        for count in 1..<Self.hello.count { #expect(isBad(Array(Self.hello[..<count])), "\(count)") }
        #expect(isBad(Array("{}".utf8)))
        #expect(isBad(Self.hello + [0]))
        var wrongSum = Self.hello
        wrongSum[17] ^= 1
        #expect(isBad(wrongSum))
    }
}

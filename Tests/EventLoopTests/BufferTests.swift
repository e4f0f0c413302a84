import EventLoop
import Testing

@Suite struct BufferTests {
    /// What is appended is there, in order, however often the memory grows.
    @Test func appendingGrows() {
        let buffer = Buffer()
        var expected: [UInt8] = []
        for number in 0..<1_000 {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 7)
            buffer.append(bytes)
            expected += bytes
        }
        buffer.append(UInt8(5))
        buffer.append("end")
        expected += [5] + Array("end".utf8)
        #expect(buffer.withUnsafeBytes { Array($0) } == expected)
        #expect(buffer.count == expected.count)
    }

    /// The first reservation is exact, so that a body of known length takes no more than that.
    @Test func firstReservationIsExact() {
        let buffer = Buffer(capacity: 1_000)
        #expect(buffer.capacity == 1_000)
        #expect(buffer.isEmpty)
        buffer.spare.copyBytes(from: [1, 2, 3])
        buffer.grow(by: 3)
        #expect(buffer.count == 3)
        #expect(buffer.spare.count == 997)
        buffer.reserve(997)
        #expect(buffer.capacity == 1_000)
        buffer.reserve(998)
        #expect(buffer.capacity == 2_000)
    }

    /// Bytes are taken off both ends.
    @Test func removing() {
        let buffer = Buffer([1, 2, 3, 4, 5])
        buffer.removeFirst(2)
        #expect(Array(buffer.bytes) == [3, 4, 5])
        buffer.truncate(to: 1)
        #expect(Array(buffer.bytes) == [3])
        buffer.removeFirst(1)
        #expect(buffer.isEmpty)
    }

    /// Durations become milliseconds that are never too short.
    @Test func millisecondsRoundUp() {
        #expect(Duration.nanoseconds(1).millisecondsRoundedUp == 1)
        #expect(Duration.milliseconds(20).millisecondsRoundedUp == 20)
        #expect(Duration.seconds(2).millisecondsRoundedUp == 2_000)
        #expect(Duration.seconds(-1).millisecondsRoundedUp == 0)
    }
}

import JSON
import Testing

@testable import Predictions

/// Texts that are built from the front, of any length.
@Suite struct SegmentedTexts {
    private func append(_ bytes: [UInt8], to text: inout SegmentedText) {
        bytes.withUnsafeBytes { text.append(.borrowed($0)) }
    }

    /// Whatever the sizes of the parts, the text is their sum.
    @Test(arguments: [1, 100, 4_096, 32_768, 65_535, 65_536, 300_000, 1_000_000])
    func partsAreJoined(size: Int) {
        var text = SegmentedText()
        var expected: [UInt8] = []
        for number in 0..<max(5, 600_000 / size) {
            let part = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
            append(part, to: &text)
            expected += part
        }
        #expect(text.count == expected.count)
        #expect(text.joined == expected)
        var copy = SegmentedText()
        copy.tail = [1]
        copy.append(text)
        #expect(copy.joined == [1] + expected)
        #expect(copy.count == expected.count + 1)
    }

    /// An object gets further members in front, however it is cut.
    @Test(arguments: [0, 1, 5_000, 70_000, 1_000_000])
    func membersAreAdded(size: Int) {
        let inner = [UInt8](repeating: 0x31, count: size)
        let object = Array(#"{"b":"#.utf8) + inner + Array("}".utf8)
        var text = SegmentedText()
        append(object, to: &text)
        var large = SegmentedText()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: object.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: object)
        large.append(.large(OwnedBytes(UnsafeRawBufferPointer(buffer), owner: self as AnyObject)))
        var sealed = SegmentedText()
        append(object, to: &sealed)
        sealed.seal()
        for text in [text, large, sealed] {
            #expect(text.adding(Array(#""a":1"#.utf8)).joined == Array(#"{"a":1,"b":"#.utf8) + inner + Array("}".utf8))
        }
    }

    /// Escapes come out the same however the text was cut.
    @Test func escapedPartsAreAString() {
        let parts = ["a\n", "\u{1}\"\\é", String(repeating: "日\t", count: 100_000), "end"]
        var text = SegmentedText()
        for part in parts { Array(part.utf8).withUnsafeBytes { text.appendEscaped($0) } }
        var expected: [UInt8] = []
        appendJSONString(parts.joined(), to: &expected)
        #expect([34] + text.joined + [34] == expected)
    }

    /// What is joined takes little more memory than it has bytes.
    @Test func segmentsAreFull() {
        var text = SegmentedText()
        for _ in 0..<100_000 { append([UInt8](repeating: 7, count: 79), to: &text) }
        #expect(text.segments.count == 100_000 * 79 / SegmentedText.segmentLimitBytes)
        for segment in text.segments {
            guard case .small(let bytes) = segment else { continue }
            #expect(bytes.count >= SegmentedText.segmentLimitBytes)
            #expect(bytes.capacity <= bytes.count * 9 / 8 + 4_096)
        }
    }

    /// A text that holds another one refers to its segments.
    @Test func segmentsAreShared() {
        var text = SegmentedText()
        append([UInt8](repeating: 7, count: 1_000_000), to: &text)
        var other = SegmentedText()
        other.append(text)
        func addresses(_ text: SegmentedText) -> [UnsafeRawPointer?] {
            text.segments.map { $0.withUnsafeBytes(\.baseAddress) }
        }
        #expect(addresses(other) == addresses(text))
    }

    @Test func sealedTextsAreShared() {
        var text = SegmentedText()
        append([UInt8](repeating: 7, count: 100), to: &text)
        text.seal()
        #expect(text.segments.isEmpty)
        append([UInt8](repeating: 7, count: 10_000), to: &text)
        text.seal()
        #expect(text.segments.count == 1)
        #expect(text.joined == [UInt8](repeating: 7, count: 10_100))
    }
}

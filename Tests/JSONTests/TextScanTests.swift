import CText
import Testing

/// The vectors of CText against the standard library's decoder and plain loops.
@Suite struct TextScanTests {
    /// Each byte that can start a character, and some that can't, followed by every kind of second, third, and fourth byte, at
    /// every place of a vector and across the ends of vectors.
    @Test func everyEdgeAtEveryPlace() {
        let firsts: [UInt8] = [0x80, 0x9F, 0xBF] + (0xC0...0xFF)
        let seconds: [UInt8] = [0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE1, 0xF1, 0xFF]
        let others: [UInt8] = [0x61, 0x80, 0xC3]
        let padding: UInt32 = 0x6161_6161
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: 112, alignment: 64)
        defer { text.deallocate() }
        let bytes = UnsafePointer(text.bindMemory(to: UInt8.self).baseAddress!)
        text.initializeMemory(as: UInt8.self, repeating: 0x61)
        // Makes the vectors begin.
        text.copyBytes(from: "é".utf8)
        for (first, second) in firsts.flatMap({ first in seconds.map { (first, $0) } }) {
            for (third, fourth) in others.flatMap({ third in others.map { (third, $0) } }) {
                let sequence = [first, second, third, fourth]
                let length = stringEnd(sequence + [0x61], 0)
                let word = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16 | UInt32(fourth) << 24
                for place in 2...66 {
                    text.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt32.self)
                    let end = cogtext_string_end(bytes, 0, text.count)
                    if end != (length == 5 ? text.count : place + length) {
                        Issue.record("\(sequence) at \(place): \(end)")
                    }
                    text.storeBytes(of: padding, toByteOffset: place, as: UInt32.self)
                }
            }
        }
    }

    /// Text of all kinds, from many languages and from attackers, from any start to any end.
    @Test func agreesWithLoops() {
        let pieces = [
            Array("plain".utf8), Array("a longer run of plain text, of more than one vector".utf8), Array("é".utf8),
            Array("色は匂へど散りぬるを".utf8), Array("🦉".utf8), Array("\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10FFFF}".utf8),
            [0x22], [0x5C], [0x0A], [0x1F], [0x20], [0x23], [0x21], [0x5D], [0xC0, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xE3, 0x81], [0x80], [0xFF],
        ]
        var random = SplitMix(state: 10)
        for _ in 0..<3_000 {
            // Few of the kinds in one text, so that there are long runs, too.
            let kinds = (0..<Int.random(in: 1...3, using: &random)).map { _ in pieces.randomElement(using: &random)! }
            let length = Int.random(in: 1...40, using: &random)
            let text = (0..<length).flatMap { _ in kinds.randomElement(using: &random)! }
            let count = Int.random(in: 0...text.count, using: &random)
            let start = Int.random(in: 0...count, using: &random)
            #expect(cogtext_plain_end(text, start, count) == plainEnd(text[..<count], start))
            #expect(cogtext_escape_start(text, start, count) == escapeStart(text[..<count], start))
            #expect(cogtext_string_end(text, start, count) == stringEnd(text[..<count], start), "\(text)")
        }
    }

    private func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private func plainEnd(_ text: some Collection<UInt8>, _ start: Int) -> Int {
        text.enumerated().first { $0 >= start && (mustBeEscaped($1) || $1 >= 0x80) }?.offset ?? text.count
    }

    private func escapeStart(_ text: some Collection<UInt8>, _ start: Int) -> Int {
        text.enumerated().first { $0 >= start && mustBeEscaped($1) }?.offset ?? text.count
    }

    private func stringEnd(_ text: some Collection<UInt8>, _ start: Int) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = text.dropFirst(start).makeIterator()
        var end = start
        while case .valid(let character) = parser.parseScalar(from: &rest) {
            if character.count == 1, mustBeEscaped(character.first!) { break }
            end += character.count
        }
        return end
    }
}

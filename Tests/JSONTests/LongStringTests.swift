import JSON
import Testing

/// Long strings that arrive in pieces. A document knows their positions and what they contain.
@Suite struct LongStringTests {
    private func document(_ text: String, step: Int) throws -> JSONDocument {
        let bytes = [UInt8](text.utf8)
        let scanner = JSONScanner()
        for end in stride(from: step, to: bytes.count, by: step) {
            try bytes[..<end].withUnsafeBytes { try scanner.read($0, isFinal: false) }
        }
        let kept = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        kept.copyBytes(from: bytes)
        try scanner.read(UnsafeRawBufferPointer(kept), isFinal: true)
        return JSONDocument(checked: UnsafeRawBufferPointer(kept), owner: Owner(kept), by: scanner)
    }

    /// More strings than are remembered, of all kinds: each ends where it would end if nothing were remembered.
    @Test(arguments: [1_000, 4_097, 10_000])
    func ends(step: Int) throws {
        let contents = [
            String(repeating: "QUJD", count: 5_000), String(repeating: "a\\\"", count: 4_000),
            String(repeating: "é", count: 6_000), String(repeating: "x", count: 20_000) + "\\\\", "short", "",
            String(repeating: "+/", count: 9_000) + "==",
        ]
        let members = (0..<21).map { "\"\($0)\": [\"\(contents[$0 % 7])\", {\"b\": \"\(contents[($0 + 3) % 7])\"}]" }
        let text = "{\(members.joined(separator: ", "))}"
        let root = try document(text, step: step).root
        let plain = try JSONDocument.parsing(text).root
        #expect(root.count == 21)
        for index in 0..<21 {
            let (value, expected) = (try #require(root["\(index)"]), try #require(plain["\(index)"]))
            #expect(value.range == expected.range)
            #expect(value[0].string == expected[0].string)
            #expect(value[1]["b"]?.string == expected[1]["b"]?.string)
        }
    }

    /// What follows the first piece of a file is known to be base64, up to the first other character.
    @Test func base64() throws {
        let file = "data:;base64," + String(repeating: "QUJDRA/+", count: 10_000)
        for (end, isAllOfIt) in [("", true), ("==", true), (" ", true), ("-QUJD", false), ("\\/QUJD", false)] {
            let text = "{\"a\": \"\(file)\(end)\", \"b\": \"b\"}"
            let document = try document(text, step: 7_000)
            let value = try #require(document.root["a"])
            let known = try #require(value.base64Range)
            let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            #expect(Array(text.utf8)[known].allSatisfy(alphabet.contains))
            let last = value.range.upperBound - 1 - end.utf8.count
            if isAllOfIt { #expect(known == 7_000..<last) }
            #expect(value.range.contains(known.lowerBound) || known.isEmpty)
            #expect(document.root["b"]?.base64Range == nil)
            // A string that arrives as a whole is read differently.
            #expect(try #require(JSONDocument.parsing(text).root["a"]).base64Range?.isEmpty != false)
        }
    }
}

private final class Owner {
    private let memory: UnsafeMutableRawBufferPointer

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    deinit {
        memory.deallocate()
    }
}

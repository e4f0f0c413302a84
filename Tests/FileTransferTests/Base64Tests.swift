import Testing

@testable import FileTransfer

@Suite struct Base64Tests {
    /// The test vectors of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func knownVectors(_ plain: String, _ encoded: String) {
        #expect(encode(Array(plain.utf8)) == encoded)
        #expect(decode(encoded) == .success(Array(plain.utf8)))
    }

    /// Every length up to 200 comes back as it was, and nothing is written behind the end.
    @Test func everyLength() {
        for count in 0...200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ count) }
            let text = encode(bytes)
            #expect(text.utf8.count == Base64.encodedCount(count))
            #expect(decode(text) == .success(bytes))
        }
    }

    /// Decoding doesn't depend on whether characters were checked before.
    @Test func checkedCharacters() {
        for count in 0...400 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ count) }
            let text = Array(encode(bytes).utf8)
            var decoded = [UInt8](repeating: 0, count: Base64.decodedLimit(text.count))
            let written = text.withUnsafeBytes { source in
                decoded.withUnsafeMutableBytes { target in
                    target.baseAddress.map { Base64.decode(source, to: $0, isChecked: true) } ?? .success(0)
                }
            }
            #expect(written == .success(count))
            #expect(Array(decoded.prefix(count)) == bytes)
        }
    }

    /// Every value of 12 bits has its two characters.
    @Test func everyCharacter() {
        let bytes: [UInt8] = (0..<4_096).flatMap { (value: Int) -> [UInt8] in
            let middle = (value & 15) << 4 | value >> 8
            return [UInt8(value >> 4), UInt8(middle), UInt8(value & 255)]
        }
        #expect(decode(encode(bytes)) == .success(bytes))
        #expect(encode([0, 16, 131, 16, 81, 135, 32, 146, 139]) == "ABCDEFGHIJKL")
        #expect(encode([0xFB, 0xEF, 0xFF]) == "++//")
    }

    /// A byte outside the alphabet is found anywhere, on the fast and the slow path.
    @Test func badCharacterAnywhere() {
        let good = Array(String(repeating: "QUJD", count: 48).utf8)
        for position in good.indices {
            for bad: UInt8 in [0x2D, 0x5F, 0x20, 0x0A, 0x25, 0x7F, 0x00, 0xC1] {
                var characters = good
                characters[position] = bad
                #expect(decode(characters) == .failure(.badCharacter(at: position)))
            }
        }
    }

    /// Each byte is in the alphabet or isn't, in the fast part.
    @Test func everyByte() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "=") {
            for position in [0, 15, 16, 31, 32, 63] {
                var characters = [UInt8](repeating: UInt8(ascii: "A"), count: 128)
                characters[position] = byte
                let result = decode(characters)
                #expect(alphabet.contains(byte) == ((try? result.get()) != nil))
                if !alphabet.contains(byte) { #expect(result == .failure(.badCharacter(at: position))) }
            }
        }
    }

    /// Too few characters, padding in the wrong place, and data after it.
    @Test(arguments: [
        "Q", "QUJDQ", "=", "==", "Q=", "QU=", "QUJDZg=", "Q===", "====", "=QUJ", "QU=D", "QU==QUJD", "QUJDQU=D", "Zg=",
        "Zg===",
    ])
    func incorrectPadding(_ text: String) {
        #expect(decode(text) == .failure(.incorrectPadding))
    }

    /// RFC 4648, 3.2: padding may be left out.
    @Test(arguments: [
        ("QQ", "A"), ("QUI", "AB"), ("QUJDQQ", "ABCA"), ("QUJDQUI", "ABCAB"), ("QUJDQUJDQUJDQUJDQQ", "ABCABCABCABCA"),
    ])
    func unpadded(_ text: String, _ expected: String) {
        #expect(decode(text) == .success(Array(expected.utf8)))
    }

    private func encode(_ bytes: [UInt8]) -> String {
        var room = [UInt8](repeating: 0xEE, count: Base64.encodedCount(bytes.count) + 8)
        let count = bytes.withUnsafeBytes { source in
            room.withUnsafeMutableBytes { Base64.encode(source, to: $0.baseAddress!) }
        }
        #expect(room[count...].allSatisfy { $0 == 0xEE })
        return String(decoding: room[..<count], as: UTF8.self)
    }

    private func decode(_ text: String) -> Result<[UInt8], Base64.Flaw> {
        decode(Array(text.utf8))
    }

    private func decode(_ characters: [UInt8]) -> Result<[UInt8], Base64.Flaw> {
        var room = [UInt8](repeating: 0xEE, count: Base64.decodedLimit(characters.count) + 8)
        let result = characters.withUnsafeBytes { source in
            room.withUnsafeMutableBytes { Base64.decode(source, to: $0.baseAddress!) }
        }
        #expect(room[Base64.decodedLimit(characters.count)...].allSatisfy { $0 == 0xEE })
        return result.map { Array(room[..<$0]) }
    }
}

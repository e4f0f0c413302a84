internal import CBase64

/// Standard base64 (RFC 4648, section 4) between blocks of memory, several bytes per step.
///
/// Vector instructions handle what they can; tables do the rest. Encoding looks up two characters for each 12 bits;
/// decoding looks up, for each of four characters, a word with the bits of its value.
enum Base64 {
    /// The number of characters for `count` bytes, including padding.
    static func encodedCount(_ count: Int) -> Int {
        (count + 2) / 3 * 4
    }

    /// The maximum number of bytes in `count` characters.
    static func decodedLimit(_ count: Int) -> Int {
        (count + 3) / 4 * 3
    }

    // MARK: - Encoding

    /// Encodes `source` into `target`, which must have room for ``encodedCount(_:)`` characters.
    ///
    /// To encode in pieces, make every piece but the last a multiple of three bytes.
    /// - Returns: The number of characters written.
    @discardableResult
    static func encode(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
        guard var input = source.baseAddress, !source.isEmpty else { return 0 }
        var output = target
        var left = source.count
        let done = cogbase64_encode(
            input.assumingMemoryBound(to: UInt8.self), left, output.assumingMemoryBound(to: UInt8.self))
        input += done
        output += done / 3 * 4
        left -= done
        let pairs = characterPairs
        // Six bytes at a time; eight are loaded, so at least eight must remain.
        while left >= 8 {
            let bits = UInt64(bigEndian: input.loadUnaligned(as: UInt64.self))
            let first = UInt64(pairs[Int(truncatingIfNeeded: bits >> 52)])
            let second = UInt64(pairs[Int(truncatingIfNeeded: bits >> 40) & 0xFFF])
            let third = UInt64(pairs[Int(truncatingIfNeeded: bits >> 28) & 0xFFF])
            let fourth = UInt64(pairs[Int(truncatingIfNeeded: bits >> 16) & 0xFFF])
            let characters = first | second << 16 | third << 32 | fourth << 48
            output.storeBytes(of: characters.littleEndian, as: UInt64.self)
            input += 6
            output += 8
            left -= 6
        }
        while left >= 3 {
            let bits =
                Int(input.load(as: UInt8.self)) << 16
                | Int(input.load(fromByteOffset: 1, as: UInt8.self)) << 8
                | Int(input.load(fromByteOffset: 2, as: UInt8.self))
            output.storeBytes(of: pairs[bits >> 12].littleEndian, as: UInt16.self)
            (output + 2).storeBytes(of: pairs[bits & 0xFFF].littleEndian, as: UInt16.self)
            input += 3
            output += 4
            left -= 3
        }
        if left > 0 {
            let first = Int(input.load(as: UInt8.self)) << 16
            let second = left == 2 ? Int(input.load(fromByteOffset: 1, as: UInt8.self)) << 8 : 0
            let bits = first | second
            output.storeBytes(of: pairs[bits >> 12].littleEndian, as: UInt16.self)
            (output + 2).storeBytes(of: pairs[bits & 0xFFF].littleEndian, as: UInt16.self)
            (output + 3).storeBytes(of: padding, as: UInt8.self)
            if left == 1 { (output + 2).storeBytes(of: padding, as: UInt8.self) }
            output += 4
        }
        return output - target
    }

    // MARK: - Decoding

    /// Why a text isn't base64.
    enum Flaw: Error, Equatable {
        /// A character outside of the alphabet, at this position.
        case badCharacter(at: Int)
        /// The number of characters doesn't encode whole bytes, the padding has the wrong length, or data follows it.
        case incorrectPadding
    }

    /// Decodes `source` into `target`, which must have room for ``decodedLimit(_:)`` bytes.
    ///
    /// Strict: no whitespace, and the padding is complete or omitted, as RFC 4648, 3.2 allows. To decode in pieces,
    /// make every piece but the last a multiple of four characters and pass false for `isLast`. `isChecked` says that
    /// every character is known to be valid; an invalid one would be decoded as if it were another.
    /// - Returns: The number of bytes written.
    static func decode(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, isLast: Bool = true,
        isChecked: Bool = false
    ) -> Result<Int, Flaw> {
        guard let start = source.baseAddress, !source.isEmpty else { return .success(0) }
        let values = characterValues
        let wholeCount = isLast ? max(0, (source.count - 1) / 4) : source.count / 4
        var input = start
        var output = target
        var flaws: UInt32 = 0
        let done = cogbase64_decode(
            input.assumingMemoryBound(to: UInt8.self), wholeCount * 4, output.assumingMemoryBound(to: UInt8.self),
            isChecked)
        input += done
        output += done / 4 * 3
        var left = wholeCount - done / 4
        // Sixteen characters become twelve bytes. Every store is a word whose last byte the next store overwrites. The
        // very last quantum is handled separately, so nothing is written past the end.
        while left >= 4 {
            let first = quantum(input, values)
            let second = quantum(input + 4, values)
            let third = quantum(input + 8, values)
            let fourth = quantum(input + 12, values)
            flaws |= first | second | third | fourth
            output.storeBytes(of: first.littleEndian, as: UInt32.self)
            (output + 3).storeBytes(of: second.littleEndian, as: UInt32.self)
            (output + 6).storeBytes(of: third.littleEndian, as: UInt32.self)
            store24(fourth, to: output + 9)
            input += 16
            output += 12
            left -= 4
        }
        while left > 0 {
            let bits = quantum(input, values)
            flaws |= bits
            store24(bits, to: output)
            input += 4
            output += 3
            left -= 1
        }
        guard flaws & flaw == 0 else { return .failure(locateFlaw(source)) }
        guard isLast else { return .success(output - target) }
        return decodeEnd(UnsafeRawBufferPointer(rebasing: source[(wholeCount * 4)...]), to: output).map {
            output - target + $0
        }.mapError { _ in locateFlaw(source) }
    }

    /// Decodes the last one to four characters, with or without padding.
    private static func decodeEnd(
        _ source: UnsafeRawBufferPointer, to output: UnsafeMutableRawPointer
    ) -> Result<Int, Flaw> {
        guard source.count > 1 else { return .failure(.incorrectPadding) }
        let isPadded = source.count == 4
        let count = !isPadded ? source.count - 1 : source[3] != padding ? 3 : source[2] != padding ? 2 : 1
        var bits: UInt32 = 0
        for index in 0...count {
            bits |= characterValues[index * 256 + Int(source[index])]
        }
        guard bits & flaw == 0 else { return .failure(.badCharacter(at: 0)) }
        for index in 0..<count {
            (output + index).storeBytes(of: UInt8(truncatingIfNeeded: bits >> (8 * UInt32(index))), as: UInt8.self)
        }
        return .success(count)
    }

    /// Locates the flaw that the fast path detected.
    private static func locateFlaw(_ source: UnsafeRawBufferPointer) -> Flaw {
        let firstBad = source.firstIndex { characterValues[Int($0)] == flaw }
        guard let firstBad, source[firstBad] != padding else { return .incorrectPadding }
        return .badCharacter(at: firstBad)
    }

    @inline(__always)
    private static func quantum(_ input: UnsafeRawPointer, _ values: UnsafePointer<UInt32>) -> UInt32 {
        let word = UInt32(littleEndian: input.loadUnaligned(as: UInt32.self))
        return values[Int(word & 0xFF)]
            | values[256 + Int(word >> 8 & 0xFF)]
            | values[512 + Int(word >> 16 & 0xFF)]
            | values[768 + Int(word >> 24)]
    }

    @inline(__always)
    private static func store24(_ bits: UInt32, to output: UnsafeMutableRawPointer) {
        output.storeBytes(of: UInt16(truncatingIfNeeded: bits).littleEndian, as: UInt16.self)
        (output + 2).storeBytes(of: UInt8(truncatingIfNeeded: bits >> 16), as: UInt8.self)
    }

    // MARK: - Tables

    private static let padding = UInt8(ascii: "=")
    /// Set in the value of every byte that isn't a base64 character; decoded bits use only the lower 24.
    private static let flaw: UInt32 = 0x8000_0000

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Two characters, the first in the low byte, for each 12-bit value. 8 KiB, made at first use, never freed.
    nonisolated(unsafe) private static let characterPairs: UnsafePointer<UInt16> = {
        let table = UnsafeMutablePointer<UInt16>.allocate(capacity: 4_096)
        for value in 0..<4_096 {
            table[value] = UInt16(alphabet[value >> 6]) | UInt16(alphabet[value & 63]) << 8
        }
        return UnsafePointer(table)  // never written again, so any thread may read it
    }()

    /// Four tables with 256 entries: the bits of the first to the fourth of four characters, in memory byte order.
    nonisolated(unsafe) private static let characterValues: UnsafePointer<UInt32> = {
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 1_024)
        table.initialize(repeating: flaw, count: 1_024)
        for (value, character) in alphabet.enumerated() {
            for position in 0..<4 {
                let bits = UInt32(value) << UInt32(18 - 6 * position)
                let inMemory = bits.byteSwapped >> 8  // lowest byte first
                table[position * 256 + Int(character)] = inMemory
            }
        }
        return UnsafePointer(table)  // never written again, so any thread may read it
    }()
}

package import Foundation

/// Identifiers that sort by time: UUIDs of version 7 (RFC 9562, 5.7).
package enum TimeOrderedID {
    /// 48 bits of milliseconds since 1970, then randomness.
    package static func make(now: Date) -> String {
        let milliseconds = UInt64(now.timeIntervalSince1970 * 1000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF)
        let digits = [high, low].map { word -> String in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        let characters = Array(digits)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { String(characters[$0..<$1]) }.joined(separator: "-")
    }
}

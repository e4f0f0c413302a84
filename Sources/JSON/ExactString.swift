internal import Glibc

/// A JSON string that equals another one only if both have the same code points.
///
/// Swift's own strings are equal, and the same dictionary key, if they look the same: "é" may be one code point or two.
/// In JSON and in Python, those are two names.
public struct ExactString: Sendable {
    /// The string.
    public let text: String

    /// The exact form of a string.
    public init(_ text: String) {
        self.text = text
    }
}

extension ExactString: Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The exact form of a literal.
    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// The string.
    public var description: String { text }

    /// Whether both have the same code points.
    public static func == (left: Self, right: Self) -> Bool {
        // Compares them in place: copying a string would retain it.
        let areEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
            right.text.utf8.withContiguousStorageIfAvailable { right -> Bool in
                guard left.count == right.count else { return false }
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
        return (areEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// By code points.
    public static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// By code points.
    public func hash(into hasher: inout Hasher) {
        if text.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) == nil {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}

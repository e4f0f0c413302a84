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
        let (left, right) = (left.text.utf8, right.text.utf8)
        guard left.count == right.count else { return false }
        let areEqual = left.withContiguousStorageIfAvailable { left in
            right.withContiguousStorageIfAvailable { right -> Bool in
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
        return (areEqual ?? nil) ?? left.elementsEqual(right)
    }

    /// By code points.
    public static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// By code points.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

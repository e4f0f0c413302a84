/// A version of one to three numbers, with an optional local suffix (`2.0.1+cu118`).
package struct Version: Equatable, Hashable, Sendable {
    package let major: Int
    package let minor: Int
    /// Nil where the text has no third number.
    package let patch: Int?
    /// What follows `+`, or an empty string.
    package let local: String

    /// Nil for anything but one to three numbers: `2.1.0rc1` and `1.2.3.4` are not versions here and match nothing.
    package init?(_ text: String) {
        let halves = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
        guard (1...3).contains(parts.count), numbers.count == parts.count else { return nil }
        major = numbers[0]
        minor = numbers.count > 1 ? numbers[1] : 0
        patch = numbers.count > 2 ? numbers[2] : nil
        local = halves.count > 1 ? String(halves[1]) : ""
    }

    /// Whether both name the same release: the patch counts only where both state one, the local suffix never.
    package func matches(_ other: Version) -> Bool {
        guard hasSameMinor(as: other) else { return false }
        guard let patch, let theirs = other.patch else { return true }
        return patch == theirs
    }

    package func hasSameMinor(as other: Version) -> Bool {
        major == other.major && minor == other.minor
    }

    /// `major.minor`.
    package var minorText: String { "\(major).\(minor)" }
}

extension Version: Comparable {
    package static func < (left: Version, right: Version) -> Bool {
        (left.major, left.minor, left.patch ?? 0) < (right.major, right.minor, right.patch ?? 0)
    }
}

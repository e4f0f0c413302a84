extension StringProtocol {
    /// Without white space at both ends.
    package var trimmingSpaces: String {
        var slice = self[...]
        while slice.first?.isWhitespace == true { slice = slice.dropFirst() }
        while slice.last?.isWhitespace == true { slice = slice.dropLast() }
        return String(slice)
    }

    /// In single quotes for a shell, or as it is where no quotes are needed.
    package var shellQuoted: String {
        let plain = allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@%+,".contains($0)) }
        if plain && !isEmpty { return String(self) }
        return "'" + self.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension String {
    /// Without `-` at both ends, which names of images and services do not allow.
    package var trimmingDashes: String {
        var slice = self[...]
        while slice.first == "-" { slice = slice.dropFirst() }
        while slice.last == "-" { slice = slice.dropLast() }
        return String(slice)
    }

    /// The pieces between occurrences of `separator`: one more than there are of them.
    package func split(around separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }

    /// Letters, digits and `_`, not beginning with a digit.
    package var isEnvironmentName: Bool {
        guard let first, !first.isNumber else { return false }
        return allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

/// A number of bytes as people write it: `50MB`, `1.5 GiB`, `1000`.
package struct ByteSize {
    package let bytes: Int

    private static let units: [(name: String, bytes: Double)] = [
        ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("k", 1e3),
        ("m", 1e6), ("g", 1e9), ("b", 1), ("", 1),
    ]

    /// Nil for anything that is no size.
    package init?(_ text: String) {
        let text = text.trimmingSpaces.lowercased()
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        let number = text.dropLast(unit.name.count).trimmingSpaces
        guard number.first?.isNumber == true, let value = Double(number), value >= 0, value * unit.bytes < 1e18 else {
            return nil
        }
        bytes = Int(value * unit.bytes)
    }

    /// `52 MB`
    package static func text(_ bytes: Int) -> String {
        for (name, unit) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(bytes) >= unit {
            let tenths = Int(Double(bytes) / unit * 10)
            let isWhole = tenths >= 100 || tenths % 10 == 0
            return isWhole ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
        }
        return "\(bytes) bytes"
    }
}

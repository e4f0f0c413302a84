/// Reads the log of a build in BuildKit's form `plain`, which older clients have alone: `#5 DONE 0.3s`.
struct BuildText {
    private var begun: Set<String> = []

    /// What a line tells; empty where it tells nothing about a step.
    mutating func events(of line: String) -> [BuildEvent] {
        guard line.hasPrefix("#"), let space = line.firstIndex(of: " ") else { return [] }
        let id = String(line[..<space])
        guard id.count > 1, id.dropFirst().allSatisfy(\.isNumber) else { return [] }
        let rest = line[line.index(after: space)...]
        if begun.insert(id).inserted { return [.began(id, name: String(rest))] }
        if rest == "CACHED" { return [.ended(id, seconds: 0, isCached: true, error: "")] }
        if rest.hasPrefix("DONE ") {
            return [.ended(id, seconds: Double(rest.dropFirst(5).dropLast()) ?? 0, isCached: false, error: "")]
        }
        if rest.hasPrefix("ERROR: ") {
            return [.ended(id, seconds: 0, isCached: false, error: String(rest.dropFirst(7)))]
        }
        let words = rest.split(separator: " ", maxSplits: 1)
        guard let first = words.first else { return [] }
        if first.hasPrefix("sha256:") {
            let sizes = rest.split(separator: " ")
            guard sizes.count >= 4, sizes[2] == "/", let done = Self.bytes(sizes[1]), let total = Self.bytes(sizes[3])
            else { return [] }
            return [.moved(id, item: String(first), done: done, total: total)]
        }
        // What the step writes stands behind the time since its begin.
        guard words.count == 2, first.contains("."), Double(first) != nil else { return [] }
        return [.said(id, String(words[1]) + "\n")]
    }

    /// `29.13MB`.
    private static func bytes(_ text: Substring) -> Double? {
        let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}

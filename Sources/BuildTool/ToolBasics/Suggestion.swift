/// Finds what somebody may have meant.
package enum Suggestion {
    /// The candidates that are near `word`, nearest first: at most two edits away, or beginning with it.
    package static func near(_ word: String, among candidates: [String]) -> [String] {
        let word = word.lowercased()
        return
            candidates
            .map { (candidate: $0, distance: distance(word, $0.lowercased())) }
            .filter { $0.distance <= 2 || (!word.isEmpty && $0.candidate.hasPrefix(word)) }
            .sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
            .map(\.candidate)
    }

    /// The number of insertions, removals and replacements that turn one text into the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}

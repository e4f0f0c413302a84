import Terminal

/// The whole log of a build, as the client's form `plain` has it.
struct BuildTranscript {
    /// What is kept at most: the end says what went wrong.
    static let limitBytes = 8 << 20

    private(set) var text = ""
    private var numbers: [String: Int] = [:]
    /// Lines that a step hasn't ended yet.
    private var open: [String: String] = [:]

    /// Adds a line that stands for itself.
    mutating func add(line: String) {
        text += line + "\n"
        if text.utf8.count > Self.limitBytes + Self.limitBytes / 4 { text = String(text.suffix(Self.limitBytes)) }
    }

    /// Adds what an event says.
    mutating func add(_ event: BuildEvent) {
        switch event {
        case .began(let id, let name):
            numbers[id] = numbers[id] ?? numbers.count + 1
            add(line: "\(number(id)) \(name)")
        case .said(let id, let said):
            var lines = ((open[id] ?? "") + said).split(omittingEmptySubsequences: false) { $0.isNewline }
            open[id] = lines.popLast().map(String.init)
            for line in lines { add(line: "\(number(id)) \(line)") }
        case .moved: break
        case .ended(let id, let seconds, let isCached, let error):
            if let rest = open.removeValue(forKey: id), !rest.isEmpty { add(line: "\(number(id)) \(rest)") }
            let outcome = isCached ? "CACHED" : error.isEmpty ? "DONE \(ActivityText.time(seconds))" : "ERROR: \(error)"
            add(line: "\(number(id)) \(outcome)")
        }
    }

    private func number(_ id: String) -> String { "#\(numbers[id] ?? 0)" }
}

/// How an activity looks on one line.
package struct ActivityText {
    /// What is being done.
    var title: String
    /// A word about it that changes quickly.
    var detail = ""
    /// How much of it is done, 0 to 1; nil where nobody knows.
    var fraction: Double?
    /// How long it has taken.
    var seconds: Double

    /// How long an activity may take before it gets a bar.
    static let patienceSeconds = 1.0
    private static let barColumns = 16

    /// The line while it changes, for a terminal of this width.
    func live(columns: Int) -> String {
        let time = Self.time(seconds)
        var middle = fraction != nil || seconds >= Self.patienceSeconds ? bar : ""
        if let fraction { middle += " \(Int(fraction * 100)) %" }
        let parts = [title, middle, detail].filter { !$0.isEmpty }
        // The time always fits; other parts are left out first.
        let room = max(0, columns - time.count - 1)
        let text = parts.joined(separator: "  ")
        guard text.count > room else { return text + " " + time }
        return (room > 1 ? String(text.prefix(room - 1)) + "…" : "") + " " + time
    }

    /// The line when it is done.
    var done: String { "\(title) \(Self.time(seconds))" }

    private var bar: String {
        guard let fraction else {
            // A block that goes to and fro shows that something goes on.
            let range = Self.barColumns - 4
            let step = Int(seconds * 8) % (2 * range)
            let place = step < range ? step : 2 * range - step
            return String(repeating: "░", count: place) + "████" + String(repeating: "░", count: range - place)
        }
        let filled = Int(min(1, max(0, fraction)) * Double(Self.barColumns))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barColumns - filled)
    }

    /// `0.4 s`, `12.0 s`, `2 min 5 s`.
    package static func time(_ seconds: Double) -> String {
        let tenths = Int((max(0, seconds) * 10).rounded())
        if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
        return "\(tenths / 600) min \(tenths % 600 / 10) s"
    }
}

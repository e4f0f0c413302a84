import ToolBasics

/// What an instruction of a Dockerfile is for, in a few words; nil for one that isn't known.
package typealias StepPurpose = @Sendable (_ instruction: String) -> String?

/// Which step of a build is shown, and with what, from what the build tells.
struct BuildSteps {
    /// A step that has begun and not ended.
    private struct Step {
        let id: String
        let title: String
        var detail = ""
        var items: [String: (done: Double, total: Double)] = [:]
    }

    /// What is shown of a step.
    struct View: Equatable {
        let title: String
        var detail = ""
        var fraction: Double?
    }

    /// A step that took its time.
    struct Finished: Equatable {
        let title: String
        let seconds: Double
    }

    /// What takes less is not worth a line.
    static let worthSeconds = 0.5

    private var running: [Step] = []
    private let purpose: StepPurpose

    /// - Parameter purpose: knows the steps of our own Dockerfiles. Those of the project's `run:` show themselves.
    init(purpose: @escaping StepPurpose) { self.purpose = purpose }

    /// The step that began last among those that still run.
    var current: View? {
        guard let step = running.last else { return nil }
        let total = step.items.values.reduce(0) { $0 + $1.total }
        let done = step.items.values.reduce(0) { $0 + min($1.done, $1.total) }
        return View(title: step.title, detail: step.detail, fraction: total > 0 ? done / total : nil)
    }

    /// - Returns: the step that this ended, if it deserves a line.
    mutating func happened(_ event: BuildEvent) -> Finished? {
        switch event {
        case .began(let id, let name):
            if let title = title(name) { running.append(Step(id: id, title: title)) }
        case .said(let id, let text):
            guard let index = running.firstIndex(where: { $0.id == id }) else { return nil }
            let plain = text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "")
            let lines = plain.split { $0.isNewline }.map(\.trimmingSpaces).filter { !$0.isEmpty }
            if let last = lines.last { running[index].detail = last }
        case .moved(let id, let item, let done, let total):
            // Unpacking has counts of its own, which would turn the bar back.
            guard total > 0, !item.hasPrefix("extracting"), let index = running.firstIndex(where: { $0.id == id })
            else { return nil }
            running[index].items[item] = (done, total)
        case .ended(let id, let seconds, let isCached, let error):
            guard let index = running.firstIndex(where: { $0.id == id }) else { return nil }
            let step = running.remove(at: index)
            guard !isCached, error.isEmpty, seconds >= Self.worthSeconds else { return nil }
            return Finished(title: step.title, seconds: seconds)
        }
        return nil
    }

    /// What a step is for, by the name that BuildKit gives it; nil for those that are nobody's concern.
    func title(_ name: String) -> String? {
        if name.hasPrefix("[internal]") { return name.contains("build context") ? "Reading the project" : nil }
        if name.hasPrefix("exporting") { return "Saving the image" }
        var instruction = name[...]
        if name.hasPrefix("["), let end = name.firstRange(of: "] ") { instruction = name[end.upperBound...] }
        if instruction.hasPrefix("FROM ") {
            return "Base image " + instruction.dropFirst(5).prefix { $0 != "@" }
        }
        if instruction.hasPrefix("COPY . ") { return "Project files" }
        guard instruction.hasPrefix("RUN ") else { return nil }
        if let known = purpose(String(instruction)) { return known }
        let words = instruction.split(separator: " ").filter { !$0.hasPrefix("--mount=") }
        return words.joined(separator: " ")
    }
}

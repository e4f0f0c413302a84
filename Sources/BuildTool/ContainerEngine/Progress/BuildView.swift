import Synchronization
import Terminal

/// Shows a build on the line of an activity, and keeps its whole log for the case that it fails.
final class BuildView: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var json = BuildJSON()
        var plain = BuildText()
        var steps: BuildSteps
        var transcript = BuildTranscript()
    }

    private let activity: Activity
    private let state: Mutex<State>

    init(_ activity: Activity, purpose: @escaping StepPurpose) {
        self.activity = activity
        state = Mutex(State(steps: BuildSteps(purpose: purpose)))
    }

    /// The whole log so far.
    var log: String {
        state.withLock { state in
            if !state.waiting.isEmpty { take(line: String(decoding: state.waiting, as: UTF8.self), &state) }
            state.waiting = []
            return state.transcript.text
        }
    }

    /// Takes what the client has written, in pieces of any size.
    func feed(_ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            state.waiting += bytes
            while let end = state.waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.waiting[..<end], as: UTF8.self)
                state.waiting.removeSubrange(...end)
                take(line: line, &state)
            }
            let current = state.steps.current
            activity.show(current?.title, detail: current?.detail ?? "", fraction: current?.fraction)
        }
    }

    private func take(line: String, _ state: inout State) {
        let events: [BuildEvent]
        if let told = state.json.events(of: line) {
            events = told
            for event in events { state.transcript.add(event) }
        } else {
            events = state.plain.events(of: line)
            state.transcript.add(line: line)
        }
        for event in events {
            guard let finished = state.steps.happened(event) else { continue }
            activity.stepEnded(finished.title, seconds: finished.seconds)
        }
    }
}

import JSON
import Synchronization

/// Reads a server's event stream: hands on output and logs, and keeps the event that ends it.
final class EventReader: Sendable {
    /// What is handed on.
    enum Event {
        case chunk(JSONTree)
        case log(String)
    }

    private struct State {
        var pending: [UInt8] = []
        var event = ""
        var completed: JSONTree?
    }

    private let state = Mutex(State())
    private let onEvent: @Sendable (Event) -> Void

    /// - Parameter onEvent: called on the thread that feeds.
    init(onEvent: @escaping @Sendable (Event) -> Void) {
        self.onEvent = onEvent
    }

    /// The last event's data, once it was there.
    var completed: JSONTree? { state.withLock { $0.completed } }

    func feed(_ bytes: ArraySlice<UInt8>) {
        let events = state.withLock { state -> [Event] in
            state.pending += bytes
            var events: [Event] = []
            while let end = state.pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.pending[..<end], as: UTF8.self)
                state.pending.removeSubrange(...end)
                if let event = Self.take(line, &state) { events.append(event) }
            }
            return events
        }
        for event in events { onEvent(event) }
    }

    private static func take(_ line: String, _ state: inout State) -> Event? {
        if line.hasPrefix("event: ") { state.event = String(line.dropFirst(7)) }
        // Events that aren't JSON are none of ours.
        guard line.hasPrefix("data: "), let data = try? JSONTree(parsing: String(line.dropFirst(6))) else {
            return nil
        }
        switch state.event {
        case "output": return data["chunk"].map(Event.chunk)
        case "log": return data["data"]?.string.map(Event.log)
        case "completed", "error": state.completed = data
        default: break
        }
        return nil
    }
}

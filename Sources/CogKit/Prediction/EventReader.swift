import Synchronization

/// Reads a server's event stream: hands on every chunk of output, and keeps the event that ends it.
final class EventReader: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var event = ""
        var completed: JSONValue?
    }

    private let state = Mutex(State())
    private let onChunk: @Sendable (JSONValue) -> Void

    /// - Parameter onChunk: called on the thread that feeds.
    init(onChunk: @escaping @Sendable (JSONValue) -> Void) {
        self.onChunk = onChunk
    }

    /// The last event's data, once it was there.
    var completed: JSONValue? { state.withLock { $0.completed } }

    func feed(_ bytes: ArraySlice<UInt8>) {
        let chunks = state.withLock { state -> [JSONValue] in
            state.pending += bytes
            var chunks: [JSONValue] = []
            while let end = state.pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.pending[..<end], as: UTF8.self)
                state.pending.removeSubrange(...end)
                if let chunk = Self.take(line, &state) { chunks.append(chunk) }
            }
            return chunks
        }
        for chunk in chunks { onChunk(chunk) }
    }

    private static func take(_ line: String, _ state: inout State) -> JSONValue? {
        if line.hasPrefix("event: ") { state.event = String(line.dropFirst(7)) }
        // Events that aren't JSON are none of ours.
        guard line.hasPrefix("data: "), let data = try? JSONValue(parsing: String(line.dropFirst(6))) else {
            return nil
        }
        switch state.event {
        case "output": return data["chunk"]
        case "completed", "error": state.completed = data
        default: break
        }
        return nil
    }
}

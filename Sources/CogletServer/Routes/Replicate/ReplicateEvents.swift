import Predictions

/// The events of a prediction in the form that Replicate's clients expect: `output` and `logs` with plain text,
/// `error`, and `done` at the end.
enum ReplicateEvents {
    /// An event in that form; nil for those that have no counterpart.
    static func text(of event: PredictionEvent) -> [UInt8]? {
        switch event.kind {
        case .output: self.event("output", event.plainText)
        case .log: self.event("logs", event.plainText)
        case .error: self.event("error", event.plainText)
        case .start, .metric: nil
        }
    }

    /// The last event in that form, which may be several events.
    static func text(of event: CompletedEvent) -> [UInt8] {
        switch event.status {
        case .failed: self.event("error", event.error ?? "") + self.event("done", #"{"reason":"error"}"#)
        case .canceled: self.event("done", #"{"reason":"canceled"}"#)
        case .starting, .processing, .succeeded: self.event("done", "{}")
        }
    }

    private static func event(_ name: String, _ data: String) -> [UInt8] {
        var event = Array("event: \(name)\n".utf8)
        // By code points: CR and LF together form one character, and each of them ends a line.
        var isAfterReturn = false
        event.append(contentsOf: "data: ".utf8)
        for byte in data.utf8 {
            let isLineFeed = byte == UInt8(ascii: "\n")
            if isLineFeed || byte == UInt8(ascii: "\r") {
                if !(isLineFeed && isAfterReturn) { event.append(contentsOf: "\ndata: ".utf8) }
            } else {
                event.append(byte)
            }
            isAfterReturn = byte == UInt8(ascii: "\r")
        }
        return event + Array("\n\n".utf8)
    }
}

import JSON
import Predictions

/// The events of a prediction in the form that Replicate's clients expect: `output` and `logs` with plain text,
/// `error`, and `done` at the end.
enum ReplicateEvents {
    /// One of our events in that form; nil for those without a counterpart. The result may contain several events.
    static func translated(_ event: [UInt8]) -> [UInt8]? {
        guard let (name, data) = EventText.parts(of: event) else { return nil }
        switch name {
        case "output": return self.event("output", EventText.chunk(in: data))
        case "log": return self.event("logs", data["data"]?.string ?? "")
        case "error": return self.event("error", data["error"]?.string ?? "")
        case "completed":
            switch data["status"]?.string {
            case "failed":
                return self.event("error", data["error"]?.string ?? "") + self.event("done", #"{"reason":"error"}"#)
            case "canceled": return self.event("done", #"{"reason":"canceled"}"#)
            default: return self.event("done", "{}")
            }
        default: return nil
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

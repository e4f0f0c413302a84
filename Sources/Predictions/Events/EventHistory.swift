public import JSON

/// The events of one prediction as an event stream shows them, the last ones kept for readers that come late.
///
/// An event is ready to send: `event: NAME`, `data: JSON` and an empty line (HTML standard, server-sent events).
public struct EventHistory {
    /// What a new reader is given.
    public enum Replay {
        /// All events so far.
        case events([[UInt8]])
        /// Some are gone: a last event that says so.
        case truncated([UInt8])
    }

    /// How many bytes of events are kept at most, whatever their number.
    public static let limitBytes = 64 << 20

    private let capacity: Int
    private var keptBytes = 0
    private var events: [[UInt8]] = []
    private var start = 0
    private var dropped = 0
    private var chunkCount = 0

    /// Keeps the last `capacity` events.
    public init(capacity: Int) {
        self.capacity = capacity
    }

    /// What a reader that comes now is to be sent first. Without a capacity nothing is kept and nothing is missing.
    public func replay() -> Replay {
        guard dropped > 0, capacity > 0 else { return .events(Array(events[start...])) }
        return .truncated(Self.error("SSE stream replay truncated; events were dropped", skipped: dropped))
    }

    /// It has begun.
    public mutating func started(id: String) -> [UInt8] {
        var data = Array(#"{"id":"#.utf8)
        appendJSONString(id, to: &data)
        data.append(#","status":"processing"}"#)
        return keep(Self.event("start", data))
    }

    /// A chunk has come into the output.
    public mutating func produced(_ chunk: UnsafeRawBufferPointer) -> [UInt8] {
        var data = Array(#"{"chunk":"#.utf8)
        data.reserveCapacity(chunk.count + 40)
        data.append(contentsOf: chunk)
        data.append(#","index":"#)
        data.append(contentsOf: String(chunkCount).utf8)
        data.append("}")
        chunkCount += 1
        return keep(Self.event("output", data))
    }

    /// Text was written to the log; `source` is `stdout` or `stderr`.
    public mutating func logged(_ text: UnsafeRawBufferPointer, source: StaticString) -> [UInt8] {
        var data = Array(#"{"data":"#.utf8)
        appendJSONString(text, to: &data)
        data.append(#","source":""#)
        data.append(source)
        data.append(#""}"#)
        return keep(Self.event("log", data))
    }

    /// A metric was recorded; `value` is JSON text.
    public mutating func recorded(mode: String, name: String, value: JSONValue) -> [UInt8] {
        var data = Array(#"{"mode":""#.utf8)
        data.append(contentsOf: mode.utf8)
        data.append(#"","name":"#)
        appendJSONString(name, to: &data)
        data.append(#","value":"#)
        value.write(to: &data)
        data.append("}")
        return keep(Self.event("metric", data))
    }

    /// It has ended; `body` is the terminal state.
    public mutating func completed(_ body: [UInt8]) -> [UInt8] {
        keep(Self.event("completed", body))
    }

    /// What a reader is sent that has fallen behind too far.
    public static func lagged(skipped: Int) -> [UInt8] {
        error("SSE stream lagged; events were dropped", skipped: skipped)
    }

    /// Sent when nothing else was for a while, so that proxies keep the connection.
    public static let keepAlive = Array(": keep-alive\n\n".utf8)

    private static func error(_ text: String, skipped: Int) -> [UInt8] {
        event("error", Array(#"{"error":"\#(text)","skipped":\#(skipped)}"#.utf8))
    }

    private static func event(_ name: StaticString, _ data: [UInt8]) -> [UInt8] {
        var event: [UInt8] = []
        event.reserveCapacity(data.count + 32)
        event.append("event: ")
        event.append(name)
        event.append("\ndata: ")
        event.append(contentsOf: data)
        event.append("\n\n")
        return event
    }

    private mutating func keep(_ event: [UInt8]) -> [UInt8] {
        guard capacity > 0 else {
            dropped += 1
            return event
        }
        events.append(event)
        keptBytes += event.count
        while events.count - start > capacity || keptBytes > Self.limitBytes {
            keptBytes -= events[start].count
            events[start] = []
            start += 1
            dropped += 1
            if start >= 1024, start * 2 > events.count {
                events.removeFirst(start)
                start = 0
            }
        }
        return event
    }
}

@available(*, unavailable)
extension EventHistory: Sendable {}

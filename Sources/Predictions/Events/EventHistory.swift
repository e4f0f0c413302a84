public import JSON

/// The events of one prediction in event stream format. The last ones are kept for readers that come late or come back.
///
/// An event is ready to send: `event: NAME`, `data: JSON`, and an empty line (HTML standard, server-sent events). Event
/// ids are consecutive numbers. They start at a number that depends on the prediction, so that an id of another
/// prediction with the same name isn't mistaken for one of this prediction.
public struct EventHistory {
    /// What a new reader gets first.
    public enum Replay {
        /// The events that the reader hasn't seen, of which the first has the id `from`. If the prediction has ended,
        /// also the event that ends the stream.
        case events([[UInt8]], from: Int, completed: SegmentedText?)
        /// Some events are no longer kept: a last event that says so. The events that are still available follow `id`.
        case truncated([UInt8], id: Int)
        /// The reader has seen everything.
        case nothingFollows
    }

    /// The maximum size of the kept events, whatever their number.
    public static let limitBytes = 32 << 20
    /// The approximate memory that an event takes in addition to its bytes.
    static let overheadBytes = 64

    private let capacity: Int
    private(set) var keptBytes = 0
    private var events: [[UInt8]] = []
    private var start = 0
    private var dropped = 0
    private var chunkCount = 0
    /// The number before the prediction's first id.
    private let origin: Int
    /// The number before the first id that counts; it changes if the prediction starts over.
    private var base: Int
    private var completed: SegmentedText?

    /// Keeps the last `capacity` events. The first id is the number after `origin`.
    public init(capacity: Int, origin: Int = 0) {
        self.capacity = capacity
        self.origin = origin
        base = origin
    }

    /// Keeps the events of a prediction created at this moment; a later prediction gets greater ids.
    public init(capacity: Int, createdAt moment: Timestamp) {
        // Below 2^53, so that JavaScript can represent them.
        self.init(capacity: capacity, origin: moment.nanoseconds / 1000)
    }

    /// The id of the last event.
    public var lastID: Int { lastKeptID + (completed == nil ? 0 : 1) }

    private var lastKeptID: Int { base + dropped + events.count - start }

    /// What a reader that comes now gets first. Without a capacity, nothing is kept and nothing is missing.
    public func replay() -> Replay {
        guard dropped > 0, capacity > 0 else {
            return .events(Array(events[start...]), from: base + dropped + 1, completed: completed)
        }
        return truncated(skipped: dropped)
    }

    /// The same for a reader that has seen the event `id`, or none.
    public func replay(after id: Int?) -> Replay {
        guard let id else { return replay() }
        guard (origin...lastID).contains(id) else { return .truncated(Self.unknownID, id: origin) }
        if completed != nil, id == lastID { return .nothingFollows }
        // Events from before the prediction started over don't count.
        let seen = max(id, base) - base
        guard seen >= dropped else { return truncated(skipped: dropped - seen) }
        return .events(Array(events[(start + seen - dropped)...]), from: base + seen + 1, completed: completed)
    }

    private func truncated(skipped: Int) -> Replay {
        .truncated(Self.error("SSE stream replay truncated; events were dropped", skipped: skipped), id: base + dropped)
    }

    /// What a reader that has seen the event `id`, or none, gets if only the last event's id is known.
    public static func evicted(lastID: Int, after id: Int?) -> Replay {
        id == lastID
            ? .nothingFollows
            : .truncated(
                event("error", Array(#"{"error":"The events of this prediction are no longer kept"}"#.utf8)), id: lastID
            )
    }

    private static let unknownID = event(
        "error", Array(#"{"error":"Last-Event-ID is not the id of an event of this prediction"}"#.utf8))

    /// The line with an event's id.
    public static func idLine(_ id: Int) -> [UInt8] { Array("id: \(id)\n".utf8) }

    // MARK: - What happens

    /// The prediction runs again, which invalidates everything so far. A reader that has seen it all misses only the
    /// new start.
    public mutating func startedOver(id: String) {
        base = max(origin, lastKeptID - 1)
        events = []
        (start, keptBytes, dropped, chunkCount) = (0, 0, 0, 0)
        _ = started(id: id)
    }

    /// The prediction has ended with this last event.
    public mutating func ended(_ event: SegmentedText) {
        completed = event
    }

    /// The size of the stored events in bytes.
    var storedBytes: Int { keptBytes + (completed?.count ?? 0) }

    /// The prediction has begun.
    public mutating func started(id: String) -> [UInt8] {
        var data = Array(#"{"id":"#.utf8)
        appendJSONString(id, to: &data)
        data.append(#","status":"processing"}"#)
        return keep(Self.event("start", data))
    }

    /// A chunk was added to the output.
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

    /// The last event; `body` is the terminal state.
    public static func completed(_ body: SegmentedText) -> SegmentedText {
        var event = SegmentedText()
        event.tail.append("event: completed\ndata: ")
        event.append(body)
        event.tail.append("\n\n")
        return event
    }

    /// What a reader gets that has fallen behind too far.
    public static func lagged(skipped: Int) -> [UInt8] {
        error("SSE stream lagged; events were dropped", skipped: skipped)
    }

    /// Sent after a period without events, so that proxies keep the connection open.
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
        keptBytes += event.count + Self.overheadBytes
        while events.count - start > capacity || keptBytes > Self.limitBytes {
            keptBytes -= events[start].count + Self.overheadBytes
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

public import JSON

/// The events of one prediction in event stream format. The last ones are kept for readers that come late or come back.
///
/// An event is ready to send (HTML standard, server-sent events). Event ids are consecutive numbers. They start at a
/// number that depends on the prediction, so that an id of another prediction with the same name isn't mistaken for one
/// of this prediction.
public struct EventHistory {
    /// What a new reader gets first.
    public enum Replay {
        /// The events that the reader hasn't seen, of which the first has the id `from`. If the prediction has ended,
        /// also the event that ends the stream.
        case events([PredictionEvent], from: Int, completed: CompletedEvent?)
        /// Some events are no longer kept: a last event that says so. The events that are still available follow `id`.
        case truncated(PredictionEvent, id: Int)
        /// The reader has seen everything.
        case nothingFollows
    }

    /// The maximum size of the kept events, whatever their number.
    public static let limitBytes = 32 << 20
    /// The approximate memory that an event takes in addition to its bytes.
    static let overheadBytes = 64

    private let capacity: Int
    private(set) var keptBytes = 0
    private var events: [PredictionEvent?] = []
    private var start = 0
    private var dropped = 0
    private var chunkCount = 0
    /// The number before the prediction's first id.
    private let origin: Int
    /// The number before the first id that counts; it changes if the prediction starts over.
    private var base: Int
    private var completed: CompletedEvent?

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
            return .events(events[start...].compactMap(\.self), from: base + dropped + 1, completed: completed)
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
        return .events(
            events[(start + seen - dropped)...].compactMap(\.self), from: base + seen + 1, completed: completed)
    }

    private func truncated(skipped: Int) -> Replay {
        .truncated(Self.error("SSE stream replay truncated; events were dropped", skipped: skipped), id: base + dropped)
    }

    /// What a reader that has seen the event `id`, or none, gets if only the last event's id is known.
    public static func evicted(lastID: Int, after id: Int?) -> Replay {
        id == lastID
            ? .nothingFollows
            : .truncated(error("The events of this prediction are no longer kept"), id: lastID)
    }

    private static let unknownID = error("Last-Event-ID is not the id of an event of this prediction")

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
    public mutating func ended(_ event: CompletedEvent) {
        completed = event
    }

    /// The size of the stored events in bytes.
    var storedBytes: Int { keptBytes + (completed?.text.count ?? 0) }

    /// The prediction has begun.
    public mutating func started(id: String) -> PredictionEvent {
        keep(
            PredictionEvent(.start, #"{"id":"#, Array(#","status":"processing"}"#.utf8)) {
                appendJSONString(id, to: &$0)
            })
    }

    /// A chunk was added to the output.
    public mutating func produced(_ chunk: UnsafeRawBufferPointer) -> PredictionEvent {
        let index = chunkCount
        chunkCount += 1
        return keep(
            PredictionEvent(.output, #"{"chunk":"#, Array(#","index":\#(index)}"#.utf8)) {
                $0.reserveCapacity($0.count + chunk.count + 40)
                $0.append(contentsOf: chunk)
            })
    }

    /// Text was written to the log; `source` is `stdout` or `stderr`.
    public mutating func logged(_ text: UnsafeRawBufferPointer, source: StaticString) -> PredictionEvent {
        keep(
            PredictionEvent(.log, #"{"data":"#, Array(#","source":"\#(source)"}"#.utf8)) {
                appendJSONString(text, to: &$0)
            })
    }

    /// A metric was recorded; `value` is JSON text.
    public mutating func recorded(mode: String, name: String, value: JSONValue) -> PredictionEvent {
        keep(
            PredictionEvent(.metric, #"{"mode":""#) {
                $0.append(contentsOf: mode.utf8)
                $0.append(#"","name":"#)
                appendJSONString(name, to: &$0)
                $0.append(#","value":"#)
                value.write(to: &$0)
            })
    }

    /// What a reader gets that has fallen behind too far.
    public static func lagged(skipped: Int) -> PredictionEvent {
        error("SSE stream lagged; events were dropped", skipped: skipped)
    }

    /// Sent after a period without events, so that proxies keep the connection open.
    public static let keepAlive = Array(": keep-alive\n\n".utf8)

    private static func error(_ text: StaticString, skipped: Int? = nil) -> PredictionEvent {
        let end = skipped.map { #","skipped":\#($0)}"# } ?? "}"
        return PredictionEvent(.error, #"{"error":"#, Array(end.utf8)) { appendJSONString("\(text)", to: &$0) }
    }

    private mutating func keep(_ event: PredictionEvent) -> PredictionEvent {
        guard capacity > 0 else {
            dropped += 1
            return event
        }
        events.append(event)
        keptBytes += event.text.count + Self.overheadBytes
        while events.count - start > capacity || keptBytes > Self.limitBytes {
            keptBytes -= (events[start]?.text.count ?? 0) + Self.overheadBytes
            events[start] = nil
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

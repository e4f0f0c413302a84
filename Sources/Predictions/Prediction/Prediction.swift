public import JSON

/// A prediction from its acceptance to its end: a state machine without I/O and without a clock.
///
/// `starting` → `processing` → `succeeded`, `failed`, or `canceled`; it ends exactly once. Output arrives as chunks of
/// JSON text, which are joined but never parsed. If a chunk's text takes time to make (a file), its place is reserved
/// and later chunks wait, so the output keeps the order in which the model produced it.
public final class Prediction {
    /// The status of a prediction.
    public enum Status: String, Sendable {
        case starting, processing, succeeded, failed, canceled

        /// Whether the status is final.
        public var isTerminal: Bool { self == .succeeded || self == .failed || self == .canceled }
    }

    /// A place in the output that is filled later.
    public struct Place: Equatable, Sendable {
        let number: Int
    }

    /// The maximum size of the log text, as JSON; the rest is dropped, with a note.
    public static let logLimitBytes = 256 << 20
    private static let logNote: StaticString = #"[logs truncated: the limit of 256 MiB is reached]\n"#

    /// The client's id, or one made by ``PredictionIDs``.
    public let id: String
    /// The time of acceptance.
    public let createdAt: Timestamp
    /// The accepted input, until the end; nil if there is none.
    public private(set) var input: JSONValue?
    /// The schema that knows which members of the input reach the model; nil if all do.
    private(set) var schemaOfUnknown: InputSchema?

    /// The current status.
    public private(set) var status = Status.starting
    /// The time at which the prediction was passed to the worker.
    public private(set) var startedAt: Timestamp?
    /// The time at which the prediction ended.
    public private(set) var completedAt: Timestamp?
    /// Captured text, as the contents of a JSON string, so that responses, webhooks, and events can share it.
    private(set) var logs = SegmentedText()
    /// What went wrong, once it has failed.
    public private(set) var error: String?
    /// The metrics that the model has recorded.
    public private(set) var metrics = MetricTree()

    /// The chunks so far, joined by commas, or the whole output without brackets.
    private(set) var output = SegmentedText()
    /// The number of chunks in ``output``.
    public private(set) var chunkCount = 0
    /// Whether the output is an array of its chunks, because the model returned a list or the schema says so.
    private(set) var isList: Bool
    private let schemaSaysArray: Bool
    private(set) var predictTime: Duration = .zero
    /// Chunks from the first unfilled place on, with consecutive numbers.
    private var waiting: [(number: Int, text: ChunkText?)] = []
    /// How many of `waiting` are already in the output.
    private var waitingStart = 0
    private var unfilledCount = 0
    private var nextNumber = 0
    private var areLogsTruncated = false

    /// Begins a prediction. `schemaOfUnknown` must be given if the input has members that the model doesn't know.
    public init(
        id: String, createdAt: Timestamp, input: JSONValue?, schemaOfUnknown: InputSchema? = nil,
        outputIsArray: Bool
    ) {
        self.id = id
        self.createdAt = createdAt
        self.input = input
        self.schemaOfUnknown = schemaOfUnknown
        schemaSaysArray = outputIsArray
        isList = outputIsArray
    }

    // MARK: - What happens

    /// The prediction was passed to the worker.
    public func started(at moment: Timestamp) {
        precondition(status == .starting)
        status = .processing
        startedAt = moment
    }

    /// The call failed, and the prediction runs again, which invalidates all output so far.
    public func startedOver() {
        guard !status.isTerminal else { return }
        output = SegmentedText()
        chunkCount = 0
        isList = schemaSaysArray
        waiting = []
        waitingStart = 0
        unfilledCount = 0
        logs = SegmentedText()
        areLogsTruncated = false
        metrics = MetricTree()
    }

    /// The model has written text.
    public func logged(_ text: UnsafeRawBufferPointer) {
        guard !status.isTerminal, !areLogsTruncated else { return }
        guard logs.count + text.count <= Self.logLimitBytes else {
            areLogsTruncated = true
            logs.tail.append(Self.logNote)
            return
        }
        logs.appendEscaped(text)
    }

    /// Whether the next log text begins a new line.
    public var isAtLineStart: Bool { logs.isEmpty || logs.tail.suffix(2).elementsEqual("\\n".utf8) }

    /// The model has recorded a metric.
    public func recorded(_ mode: String, _ name: String, _ value: JSONValue) {
        guard !status.isTerminal else { return }
        metrics.apply(mode: mode, name: name, value: value)
    }

    /// The model has produced a chunk.
    ///
    /// - Returns: Whether the chunk is in the output now; false if it waits for an earlier one.
    public func produced(_ chunk: ChunkText) -> Bool {
        guard !status.isTerminal else { return false }
        nextNumber += 1
        guard waiting.isEmpty else {
            waiting.append((nextNumber, chunk.kept))
            return false
        }
        append(chunk)
        return true
    }

    /// The model has produced a chunk whose text comes later, through ``filled(_:with:)``.
    public func reserved() -> Place {
        nextNumber += 1
        unfilledCount += 1
        waiting.append((nextNumber, nil))
        return Place(number: nextNumber)
    }

    /// The text of a reserved chunk is available.
    ///
    /// - Returns: The chunks that this added to the output, in order.
    public func filled(_ place: Place, with text: ChunkText) -> [ChunkText] {
        guard !status.isTerminal, let first = waiting.first else { return [] }
        let index = place.number - first.number
        guard waiting.indices.contains(index), waiting[index].text == nil else { return [] }
        waiting[index].text = text
        unfilledCount -= 1
        var appended: [ChunkText] = []
        while waitingStart < waiting.count, let chunk = waiting[waitingStart].text {
            append(chunk)
            appended.append(chunk)
            waitingStart += 1
        }
        if waitingStart == waiting.count {
            waiting = []
            waitingStart = 0
        }
        return appended
    }

    /// Whether reserved chunks still have to be filled.
    public var isAwaitingChunks: Bool { unfilledCount > 0 }

    /// The prediction succeeded. `whole` is the complete output if the worker sent it in one piece: for a list, the
    /// array's text.
    public func succeeded(whole: ChunkText?, isList: Bool, at moment: Timestamp, after time: Duration) {
        finish(.succeeded, at: moment, after: time)
        self.isList = isList || schemaSaysArray
        guard let whole else { return }
        if isList {
            // `[1,2]` → `1,2`
            output = SegmentedText()
            switch whole {
            case .borrowed(let text): output.append(.borrowed(.init(rebasing: text.dropFirst().dropLast())))
            case .small(let text): output.append(.small(Array(text.dropFirst().dropLast())))
            case .large(let text): output.append(.large(text.part(1..<text.bytes.count - 1)))
            }
            chunkCount = output.isEmpty ? 0 : 1
        } else if schemaSaysArray, whole.withUnsafeBytes({ $0.elementsEqual("null".utf8) }) {
            output = SegmentedText()
        } else {
            append(whole)
        }
    }

    /// The prediction failed. Chunks produced before are kept.
    public func failed(_ error: String, at moment: Timestamp, after time: Duration) {
        self.error = error
        finish(.failed, at: moment, after: time)
        isList = true
    }

    /// The prediction was canceled. Chunks produced before are kept.
    public func canceled(at moment: Timestamp, after time: Duration) {
        finish(.canceled, at: moment, after: time)
        isList = true
    }

    private func finish(_ status: Status, at moment: Timestamp, after time: Duration) {
        precondition(!self.status.isTerminal, "a prediction ends once")
        self.status = status
        completedAt = moment
        predictTime = time
        // Chunks after one that never came are lost with it, because they would be in the wrong place.
        waiting = []
        waitingStart = 0
        unfilledCount = 0
        // The input can be large and isn't needed any more.
        input = nil
    }

    private func append(_ chunk: ChunkText) {
        if chunkCount > 0 { output.tail.append(UInt8(ascii: ",")) }
        output.append(chunk)
        chunkCount += 1
    }
}

@available(*, unavailable)
extension Prediction: Sendable {}

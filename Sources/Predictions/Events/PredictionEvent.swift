internal import JSON

/// One event of a prediction, ready to send, and what it is about.
public struct PredictionEvent: Sendable {
    /// What kinds of events there are, but for the last one.
    public enum Kind: Sendable {
        case start, output, log, metric, error

        fileprivate var name: StaticString {
            switch self {
            case .start: "start"
            case .output: "output"
            case .log: "log"
            case .metric: "metric"
            case .error: "error"
            }
        }
    }

    /// Of which kind it is.
    public let kind: Kind
    /// `event: NAME`, `data: JSON`, and an empty line.
    public let text: [UInt8]
    /// Where in the text the value stands that the event is about: a chunk of the output, text of the log, an error.
    private let content: Range<Int>

    /// An event whose data is `before`, the value that it is about, and `after`.
    init(_ kind: Kind, _ before: StaticString, _ after: [UInt8] = [UInt8(ascii: "}")], content: (inout [UInt8]) -> Void)
    {
        var text: [UInt8] = []
        text.append("event: ")
        text.append(kind.name)
        text.append("\ndata: ")
        text.append(before)
        let start = text.count
        content(&text)
        self.content = start..<text.count
        text.append(contentsOf: after)
        text.append("\n\n")
        self.kind = kind
        self.text = text
    }

    /// What the event is about, for readers of plain text: a text as it is, everything else as JSON.
    public var plainText: String {
        let json = String(decoding: text[content], as: UTF8.self)
        // What the server has written itself, or checked when it came, is JSON.
        return (try? JSONDocument.parsing(json))?.root.string ?? json
    }
}

/// The last event of a prediction that has ended, and what it is about.
public struct CompletedEvent {
    /// `event: completed`, `data: JSON`, and an empty line.
    public let text: SegmentedText
    /// In which way the prediction has ended.
    public let status: Prediction.Status
    /// Why it has failed, if it has.
    public let error: String?

    /// The last event of `prediction`.
    public init(_ prediction: Prediction) {
        self.init(prediction.body(for: .eventStream), prediction.status, prediction.error)
    }

    /// An event with the terminal state `body`.
    init(_ body: SegmentedText, _ status: Prediction.Status, _ error: String? = nil) {
        var text = SegmentedText()
        text.tail.append("event: completed\ndata: ")
        text.append(body)
        text.tail.append("\n\n")
        self.text = text
        self.status = status
        self.error = error
    }
}

@available(*, unavailable)
extension CompletedEvent: Sendable {}

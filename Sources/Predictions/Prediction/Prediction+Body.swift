internal import JSON

/// The JSON bodies that show a prediction, with keys sorted by code points.
extension Prediction {
    /// The purpose of a body.
    public enum Audience: Sendable {
        /// The response to a synchronous request, a webhook, or `GET /predictions/{id}`.
        case client
        /// The `completed` event of an event stream, which has no timestamps.
        case eventStream
    }

    /// The current state. `showsInput` includes the accepted input while the prediction is running.
    ///
    /// `asRunning` shows a prediction that has just ended as it was before, for a webhook about an earlier event.
    public func body(for audience: Audience = .client, showsInput: Bool = false, asRunning: Bool = false)
        -> SegmentedText
    {
        var body = SegmentedText()
        body.tail.reserveCapacity(320 + output.tail.count + logs.tail.count)
        body.tail.append(UInt8(ascii: "{"))
        let isTerminal = status.isTerminal && !asRunning
        if audience == .client { appendTimes(to: &body.tail, isTerminal: isTerminal) }
        if isTerminal, let error {
            body.tail.append(#""error":"#)
            appendJSONString(error, to: &body.tail)
            body.tail.append(",")
        }
        body.tail.append(#""id":"#)
        appendJSONString(id, to: &body.tail)
        if showsInput {
            body.tail.append(#","input":"#)
            appendInput(to: &body.tail)
        }
        if status != .starting {
            body.tail.append(#","logs":""#)
            body.append(logs)
            body.tail.append(#"","metrics":"#)
            metrics.write(to: &body.tail, predictTime: isTerminal ? predictTime : nil)
            appendOutput(to: &body, isTerminal: isTerminal)
        }
        if audience == .client, let startedAt {
            body.tail.append(#","started_at":""#)
            startedAt.append(to: &body.tail, digits: 6)
            body.tail.append(#"""#)
        }
        body.tail.append(#","status":""#)
        body.tail.append(contentsOf: (status.isTerminal && !isTerminal ? Status.processing : status).rawValue.utf8)
        body.tail.append(#""}"#)
        return body
    }

    private func appendTimes(to body: inout [UInt8], isTerminal: Bool) {
        if isTerminal, let completedAt {
            body.append(#""completed_at":""#)
            completedAt.append(to: &body, digits: 6)
            body.append(#"","#)
        }
        body.append(#""created_at":""#)
        createdAt.append(to: &body, digits: 6)
        body.append(#"","#)
    }

    private func appendInput(to body: inout [UInt8]) {
        guard let input else {
            body.append("{}")
            return
        }
        guard let schemaOfUnknown else {
            write(input, to: &body)
            return
        }
        body.append("{")
        var isFirst = true
        input.forEachMember { name, value in
            guard schemaOfUnknown.knows(name) else { return }
            if !isFirst { body.append(",") }
            isFirst = false
            appendJSONString(name, to: &body)
            body.append(":")
            write(value, to: &body)
        }
        body.append("}")
    }

    /// Appends a part of the input: compact, unless it is so large that processing it would take long.
    private func write(_ value: JSONValue, to body: inout [UInt8]) {
        if value.range.count > 1 << 20 {
            value.writeAsRead(to: &body)
        } else {
            value.write(to: &body)
        }
    }

    /// The current output as JSON.
    public var outputText: SegmentedText {
        var text = SegmentedText()
        append(outputTo: &text, hasSucceeded: status == .succeeded)
        return text
    }

    private func appendOutput(to body: inout SegmentedText, isTerminal: Bool) {
        let hasSucceeded = status == .succeeded && isTerminal
        guard hasSucceeded || chunkCount > 0 else { return }
        body.tail.append(#","output":"#)
        append(outputTo: &body, hasSucceeded: hasSucceeded)
    }

    private func append(outputTo body: inout SegmentedText, hasSucceeded: Bool) {
        if isList || !hasSucceeded || chunkCount > 1 {
            body.tail.append("[")
            body.append(output)
            body.tail.append("]")
        } else if chunkCount == 0 {
            body.tail.append("null")
        } else {
            body.append(output)
        }
    }
}

extension [UInt8] {
    /// Appends a literal without creating a String.
    mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}

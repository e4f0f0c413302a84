import HTTPServer
import Predictions

/// The fields of a head that matter to a prediction, found in a single pass.
struct RequestFields {
    /// Whether the client asks for an event stream.
    private(set) var acceptsEventStream = false
    /// The `Accept` fields, except those that can only mean JSON.
    private(set) var accepted: [String] = []
    private var preferences: [String] = []
    private var traceParents: [String] = []
    private var traceStates: [String] = []

    init(_ head: RequestHead) {
        head.forEachField { name, value in
            // The length alone distinguishes nearly all other fields.
            switch name.count {
            case 6 where Self.isName("accept", name):
                acceptsEventStream = acceptsEventStream || Preferences.acceptsEventStream(value)
                if !Self.isUsual(value) { accepted.append(Self.text(value)) }
            case 6 where Self.isName("prefer", name): preferences.append(Self.text(value))
            case 10 where Self.isName("tracestate", name): traceStates.append(Self.text(value))
            case 11 where Self.isName("traceparent", name): traceParents.append(Self.text(value))
            default: break
            }
        }
    }

    /// The client's preferences about waiting.
    var prefer: Preferences.Prefer { Preferences.Prefer(reading: preferences) }

    /// The fields of the request's trace for the model and the webhooks; none if it has several parents (W3C Trace
    /// Context allows one `traceparent`).
    var trace: [(name: String, value: String)] {
        guard traceParents.count == 1 else { return [] }
        var trace = [(name: "traceparent", value: traceParents[0])]
        // A list that may be split over several fields.
        if !traceStates.isEmpty { trace.append((name: "tracestate", value: traceStates.joined(separator: ","))) }
        return trace
    }

    /// Whether this is the value that nearly all clients send.
    private static func isUsual(_ accept: UnsafeRawBufferPointer) -> Bool {
        accept.elementsEqual("*/*".utf8) || accept.elementsEqual("application/json".utf8)
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a name equals a lower-case literal of the same length, ignoring case.
    private static func isName(_ literal: StaticString, _ name: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<name.count {
            var byte = name[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            guard byte == literal.utf8Start[index] else { return false }
        }
        return true
    }
}

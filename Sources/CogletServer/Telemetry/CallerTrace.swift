import HTTPServer
import Telemetry

/// The trace that a request belongs to.
enum CallerTrace {
    /// The context in a valid `traceparent` if there is only one, or else in the field that the operator has named; nil if
    /// there is neither.
    static func context(_ head: RequestHead, _ header: TraceHeader?) -> TraceContext? {
        var parents: [UnsafeRawBufferPointer] = []
        var named: UnsafeRawBufferPointer?
        var states: [UnsafeRawBufferPointer] = []
        head.forEachField { name, value in
            // The length alone distinguishes nearly all other fields.
            switch name.count {
            case 11 where isName("traceparent".utf8, name): parents.append(value)
            case 10 where isName("tracestate".utf8, name): states.append(value)
            default: break
            }
            if let header, named == nil, isName(header.name.utf8, name) { named = value }
        }
        if parents.count == 1 {
            // A list that may be split over several fields.
            let state = states.isEmpty ? nil : states.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
            if let context = TraceContext(traceparent: parents[0], state: state) { return context }
        }
        return named.flatMap { header?.read($0) }
    }

    private static func isName(_ lowered: String.UTF8View, _ name: UnsafeRawBufferPointer) -> Bool {
        guard lowered.count == name.count else { return false }
        return zip(lowered, name).allSatisfy { $0 == ($1 &- 0x41 < 26 ? $1 | 0x20 : $1) }
    }
}

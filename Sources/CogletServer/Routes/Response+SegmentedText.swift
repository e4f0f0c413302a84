import HTTPServer
import Predictions

extension ResponseBody {
    /// The segments of a text, without copying them.
    init(_ text: SegmentedText) {
        guard !text.segments.isEmpty else {
            self = .segment(.bytes(text.tail))
            return
        }
        var segments = text.segments.map { segment in
            switch segment {
            case .borrowed(let bytes): BodySegment.bytes([UInt8](bytes))
            case .small(let bytes): BodySegment.bytes(bytes)
            case .large(let owned): BodySegment.owned(owned.bytes, by: owned.owner)
            }
        }
        segments.append(.bytes(text.tail))
        self = .segments(segments)
    }
}

extension Response {
    /// A JSON response that shows a prediction or the health.
    static func json(_ text: SegmentedText, status: Int = 200) -> Response {
        Response(status: status, contentType: jsonType, body: ResponseBody(text))
    }
}

import HTTPServer
import Predictions

extension Response {
    /// A JSON answer that shows a prediction.
    static func json(_ text: SegmentedText, status: Int = 200) -> Response {
        guard !text.segments.isEmpty else { return .json(text.tail, status: status) }
        var segments = text.segments.map { segment in
            switch segment {
            case .borrowed(let bytes): BodySegment.bytes([UInt8](bytes))
            case .small(let bytes): BodySegment.bytes(bytes)
            case .large(let owned): BodySegment.owned(owned.bytes, by: owned.owner)
            }
        }
        segments.append(.bytes(text.tail))
        return .json(segments: segments, status: status)
    }
}

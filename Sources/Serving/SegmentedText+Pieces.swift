internal import HTTPClient
internal import Predictions

extension SegmentedText {
    /// The text as the body of a request, without copying its segments.
    var pieces: [HTTPRequest.Piece] {
        var pieces = segments.map { segment in
            switch segment {
            case .borrowed(let bytes): HTTPRequest.Piece.bytes([UInt8](bytes))
            case .small(let bytes): HTTPRequest.Piece.bytes(bytes)
            case .large(let owned): HTTPRequest.Piece.owned(owned.bytes, by: owned.owner)
            }
        }
        pieces.append(.bytes(tail))
        return pieces
    }
}

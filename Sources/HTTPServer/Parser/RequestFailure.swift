/// Why a request cannot be read any further. The connection ends with the answer.
enum RequestFailure: Error, Equatable, Sendable {
    /// Not HTTP/1, or HTTP/1 that two programs could understand in two ways; 400.
    case malformed
    /// The target has more bytes than ``HTTPConfiguration/targetLimitBytes``; 414.
    case targetTooLong
    /// The head or the trailer has more bytes or more fields than allowed; 431.
    case fieldsTooLarge
    /// The body has more bytes than allowed; 413.
    case bodyTooLarge
    /// A transfer coding other than chunked; 501.
    case unknownTransferCoding

    /// The status of the answer.
    var status: Int {
        switch self {
        case .malformed: 400
        case .targetTooLong: 414
        case .fieldsTooLarge: 431
        case .bodyTooLarge: 413
        case .unknownTransferCoding: 501
        }
    }
}

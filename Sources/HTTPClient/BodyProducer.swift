/// Provides a request body that is sent while it arrives.
///
/// Called on the loop, from inside libcurl: it must not call the client or a transfer.
public protocol BodyProducer: AnyObject {
    /// The length of the body; nil if it is unknown, in which case it is sent in chunks.
    var lengthBytes: Int? { get }

    /// Copies available bytes to `destination`. After ``ProducedBytes/notYet``, call ``Transfer/resume()`` when there
    /// are more.
    func take(into destination: UnsafeMutableRawBufferPointer) -> ProducedBytes
}

/// What a producer has provided.
public enum ProducedBytes: Equatable, Sendable {
    /// This many bytes, at least one.
    case bytes(Int)
    /// The body has ended.
    case end
    /// More will come.
    case notYet
    /// The rest will never come; the request ends with ``HTTPClientError/canceled``.
    case failed
}

/// Takes a response while it arrives.
///
/// Called on the loop, from inside libcurl: it must not call the client or a transfer.
public protocol AnswerConsumer: AnyObject {
    /// The head of the response has arrived; field names are in lower case.
    func answerBegan(status: Int, fields: [(name: String, value: String)])

    /// Takes all of these bytes or none. If none, call ``Transfer/resume()`` when there is room.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool
}

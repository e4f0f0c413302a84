/// Has the body of a request that is sent while it arrives.
///
/// Called on the loop, from inside libcurl: it may not call the client or a transfer.
public protocol BodyProducer: AnyObject {
    /// How many bytes there will be; nil if nobody knows, then they are sent as chunks.
    var lengthBytes: Int? { get }

    /// Copies what is there to `destination`. After ``ProducedBytes/notYet``, call ``Transfer/resume()`` when there is more.
    func take(into destination: UnsafeMutableRawBufferPointer) -> ProducedBytes
}

/// What a producer has given.
public enum ProducedBytes: Equatable, Sendable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// There are no more.
    case end
    /// More will come.
    case notYet
    /// The rest will never come: the request ends with ``HTTPClientError/canceled``.
    case failed
}

/// Takes an answer while it arrives.
///
/// Called on the loop, from inside libcurl: it may not call the client or a transfer.
public protocol AnswerConsumer: AnyObject {
    /// The head of the answer is there; names of fields are in lower case.
    func answerBegan(status: Int, fields: [(name: String, value: String)])

    /// Takes all of these bytes, or none of them: then call ``Transfer/resume()`` when there is room.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool
}

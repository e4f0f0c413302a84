public import EventLoop

/// A request to be sent by an ``HTTPClient``.
public struct HTTPRequest {
    /// The method of a request.
    public enum Method: String, Sendable {
        /// Requests the target.
        case get = "GET"
        /// Sends the body to the target; every redirect is followed with the method and the body.
        case post = "POST"
        /// Replaces the target with the body; a redirect other than 303 is followed with the body.
        case put = "PUT"
    }

    /// The body of a request.
    public enum Body {
        /// Nothing.
        case none
        /// These bytes, which must not change until the request has ended.
        case bytes(Buffer)
        /// These bytes, one piece after another.
        case pieces([Piece])
        /// The first `lengthBytes` bytes of a file, read on the thread pool as needed.
        case file(OpenFile, lengthBytes: Int)
        /// Bytes that are still being received from somewhere else. They exist only once, so no redirect can be
        /// followed with them.
        case arriving(any BodyProducer)
    }

    /// A part of a body that isn't joined.
    public enum Piece {
        /// An array.
        case bytes([UInt8])
        /// Bytes that stay valid and unchanged while their owner lives.
        case owned(UnsafeRawBufferPointer, by: AnyObject)

        /// The number of bytes.
        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .owned(let bytes, _): bytes.count
            }
        }

        func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
            switch self {
            case .bytes(let bytes): bytes.withUnsafeBytes(body)
            case .owned(let bytes, _): body(bytes)
            }
        }
    }

    /// Where the body of the response goes.
    public enum Destination {
        /// It is read and discarded.
        case nowhere
        /// It is kept in memory and, without an error, cut off at the limit.
        case memory(limitBytes: Int)
        /// If the status is 2xx, it is written to a file from its beginning, on the thread pool; otherwise it is
        /// discarded. More bytes than the limit are an error.
        case file(OpenFile, limitBytes: Int)
        /// It is passed on while it arrives, whatever the status. A redirect that is followed isn't passed on.
        case consumer(any AnswerConsumer)
    }

    /// The method.
    public var method: Method
    /// The absolute URL, http or https, as people write it; see ``HTTPURL``.
    public var url: String
    /// Names and values, sent in this order. `authorization` and `cookie` aren't sent to another server after a
    /// redirect.
    public var fields: [(name: String, value: String)] = []
    /// The body.
    public var body: Body = .none
    /// Where the body of the response goes.
    public var destination: Destination = .nowhere
    /// How many redirects to follow, always within http and https. With 0, the redirect itself is the response.
    public var redirectLimit = 10
    /// Whether the request may go to an address outside of the public internet; see ``NetworkAddress``. With a proxy,
    /// only an address written in the URL is checked, because the proxy resolves names.
    public var allowsPrivateAddresses = true
    /// Whether to request and decompress a compressed response (gzip, deflate).
    public var acceptsCompression = false
    /// Whether cookies set by a redirect are sent to the servers they belong to. They last as long as the request.
    public var keepsCookies = false
    /// The time limit for resolving the host, connecting, and the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time without a byte in either direction; `nil` for no limit.
    public var stallTimeout: Duration?
    /// The minimum rate in both directions together, including redirects; `nil` for no limit. Delays that this process
    /// causes, and the wait for the response to a body, don't count.
    public var minimumRate: MinimumRate?
    /// The time limit for everything, including redirects; `nil` for no limit.
    public var totalTimeout: Duration?

    /// Whether the request has a limit that the client enforces.
    var isWatched: Bool { stallTimeout != nil || minimumRate != nil }

    /// Makes a request; set everything else afterwards.
    public init(_ method: Method, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// The response to an ``HTTPRequest``, after redirects.
public struct HTTPResponse {
    /// The status, 100 to 599.
    public let status: Int
    /// The fields of the last response, with names in lower case.
    public let fields: [(name: String, value: String)]
    /// The URL of the last response, after redirects, without credentials.
    public let url: String
    /// The body, if it was kept in memory.
    public let body: Buffer
    /// The size of the decompressed body, wherever it went.
    public let bodyLengthBytes: Int

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the status suggests that the same request may succeed later: 429 or 5xx.
    public var isTransientFailure: Bool { status == 429 || status >= 500 }

    /// The value of the first field with this name, which must be in lower case.
    public subscript(field name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

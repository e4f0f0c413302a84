public import EventLoop

/// One request to be sent by an ``HTTPClient``.
public struct HTTPRequest {
    /// What is done to the target.
    public enum Method: String, Sendable {
        /// Asks for the target.
        case get = "GET"
        /// Hands the body to the target; every redirect is followed with the method and the body.
        case post = "POST"
        /// Puts the body in the target's place; a redirect is followed with the body, except 303.
        case put = "PUT"
    }

    /// What is sent after the fields.
    public enum Body {
        /// Nothing.
        case none
        /// These bytes, which must not change until the request has ended.
        case bytes(Buffer)
        /// These bytes, one piece after another.
        case pieces([Piece])
        /// The first `lengthBytes` bytes of a file, read on the thread pool as they are needed.
        case file(OpenFile, lengthBytes: Int)
        /// Bytes that somebody else sends meanwhile. They are there once, so no redirect can be followed with them.
        case arriving(any BodyProducer)
    }

    /// Bytes of a body that is not joined.
    public enum Piece {
        /// An array.
        case bytes([UInt8])
        /// Bytes that are valid and unchanged as long as their owner lives.
        case owned(UnsafeRawBufferPointer, by: AnyObject)

        /// How many bytes.
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

    /// Where the body of the answer goes.
    public enum Destination {
        /// Read and thrown away.
        case nowhere
        /// Kept in memory; an answer with more bytes is cut off there, without an error.
        case memory(limitBytes: Int)
        /// Written into a file from its beginning, on the thread pool, if the status is 2xx; thrown away otherwise.
        /// More bytes than the limit are an error.
        case file(OpenFile, limitBytes: Int)
        /// Handed on while it arrives, whatever the status. An answer that leads elsewhere and is followed is not.
        case consumer(any AnswerConsumer)
    }

    /// What is done to the target.
    public var method: Method
    /// The absolute URL, http or https, as people write it; see ``HTTPURL``.
    public var url: String
    /// Names and values, sent in this order. `authorization` and `cookie` don't follow a redirect to another server.
    public var fields: [(name: String, value: String)] = []
    /// What is sent after the fields.
    public var body: Body = .none
    /// Where the body of the answer goes.
    public var destination: Destination = .nowhere
    /// How many redirects are followed, never out of http and https. With 0, the redirect itself is the answer.
    public var redirectLimit = 10
    /// Whether the request may go to an address that doesn't belong to the public internet; see ``NetworkAddress``. With a
    /// proxy only an address that is written in the URL is looked at: what a name means is the proxy's business.
    public var allowsPrivateAddresses = true
    /// Whether a compressed answer (gzip, deflate) is asked for and unpacked.
    public var acceptsCompression = false
    /// Whether cookies that a redirect sets go along to where they belong. They end with the request.
    public var keepsCookies = false
    /// The time for finding the host, connecting and the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time in which no byte moves in either direction; `nil` for no limit.
    public var stallTimeout: Duration?
    /// How fast bytes must move at least in both directions together, redirects included; `nil` for no limit. What this process
    /// holds up itself, and the wait for the answer to a body, don't count.
    public var minimumRate: MinimumRate?
    /// The time for everything, redirects included; `nil` for no limit.
    public var totalTimeout: Duration?

    /// Whether the request has a limit that the client looks after.
    var isWatched: Bool { stallTimeout != nil || minimumRate != nil }

    /// Makes a request; everything else is set afterwards.
    public init(_ method: Method, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// The answer to an ``HTTPRequest``, after redirects.
public struct HTTPResponse {
    /// The status, 100 to 599.
    public let status: Int
    /// The fields of the last answer, names in lower case.
    public let fields: [(name: String, value: String)]
    /// The URL that gave the answer, without credentials: the last one that was redirected to.
    public let url: String
    /// The body if it was kept in memory.
    public let body: Buffer
    /// How many bytes the body had, unpacked, wherever they went.
    public let bodyLengthBytes: Int

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the status says that the same request may succeed later: 429 or 5xx.
    public var isTransientFailure: Bool { status == 429 || status >= 500 }

    /// The value of the first field with this name (in lower case).
    public subscript(field name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

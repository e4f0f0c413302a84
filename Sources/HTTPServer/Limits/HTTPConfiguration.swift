public import EventLoop

/// The limits and timeouts of a server. Sizes and counts are the largest that are still accepted.
public struct HTTPConfiguration {
    /// Bytes of a request target; a longer one is answered 414.
    public var targetLimitBytes = 65_536
    /// Bytes of a request head, request line and empty line included; a longer one is answered 431.
    public var headLimitBytes = 131_072
    /// Fields of a request head, and again of a trailer; more are answered 431.
    public var fieldLimit = 100
    /// Bytes of a request body, also after decompression; a longer one is answered 413.
    public var bodyLimitBytes = 104_857_600
    /// Bytes of the extensions of one chunk, which are read and ignored; more are answered 400.
    public var chunkExtensionLimitBytes = 4_096
    /// Bytes of further requests that are taken from a client while one of its requests runs; the others wait in the kernel.
    public var pipelineLimitBytes = 65_536
    /// Bytes of answers that wait for a client to take them, from which on no further request of it is read.
    public var pendingLimitBytes = 1_048_576
    /// What the bodies of all requests take their memory from; `nil` for no limit in common.
    public var memory: MemoryAccount?
    /// Open connections; a further one is answered 503 and closed.
    public var connectionLimit = 10_000
    /// How many connections above ``connectionLimit`` get that answer; more are closed without one.
    public var refusalLimit = 64

    /// From the first byte of a head to its end, and from the acceptance of a connection to the end of its first head.
    /// `nil` is for ever, here and below.
    public var headTimeout: Duration? = .seconds(30)
    /// How long no byte of a body may arrive.
    public var bodyTimeout: Duration? = .seconds(60)
    /// How fast a body must arrive, and a client must take an answer that waits for it. Silence is left to ``bodyTimeout``
    /// and ``writeTimeout``.
    public var minimumRate: MinimumRate? = .usual
    /// How long a connection may stay open between two requests.
    public var idleTimeout: Duration? = .seconds(75)
    /// How long a client may take none of the bytes that are sent to it.
    public var writeTimeout: Duration? = .seconds(120)
    /// After an answer that ends the connection, how long the client may neither send nor close: it gets to read the answer.
    public var lingerTimeout = Duration.seconds(5)
    /// How long a client may go on sending after such an answer altogether.
    public var lingerLimit = Duration.seconds(30)
    /// How many bytes it may send then; a client that is cut off may not see the answer.
    public var lingerLimitBytes = 104_857_600
    /// How long requests that were received in part when draining began have to arrive.
    public var drainTimeout = Duration.seconds(1)

    /// Bytes of the body of a refused request that are read and thrown away to keep the connection.
    public var discardLimitBytes = 262_144

    /// Whether the handler is told of every answer.
    public var reportsAnswers = false

    /// The answers to requests that never reach the handler, or that it lets go of. The server adds fields such as
    /// `retry-after`.
    public var failureAnswer: (RequestFailure) -> Response = { .plainText($0.description, status: $0.status) }

    /// The defaults.
    public init() {}
}

public import EventLoop

/// A server's limits and timeouts. Sizes and counts are the largest accepted values.
public struct HTTPConfiguration {
    /// Bytes of a request target; a longer one gets 414.
    public var targetLimitBytes = 65_536
    /// Bytes of a request head, including request line and empty line; a longer one gets 431.
    public var headLimitBytes = 131_072
    /// Fields of a request head, and separately of a trailer; more get 431.
    public var fieldLimit = 100
    /// Bytes of a request body, also after decompression; a longer one gets 413.
    public var bodyLimitBytes = 104_857_600
    /// Bytes of one chunk's extensions, which are read and ignored; more get 400.
    public var chunkExtensionLimitBytes = 4_096
    /// Bytes of further requests that are read from a client while one of its requests is running; the rest waits in
    /// the kernel.
    public var pipelineLimitBytes = 65_536
    /// Bytes of unsent answers beyond which no further request is read from a client.
    public var pendingLimitBytes = 1_048_576
    /// The memory account for all request bodies; `nil` for no common limit.
    public var memory: MemoryAccount?
    /// Open connections; a further one gets 503 and is closed.
    public var connectionLimit = 10_000
    /// How many connections above ``connectionLimit`` get that answer; more are closed without one.
    public var refusalLimit = 64

    /// The time from the first byte of a head to its end, and from accepting a connection to the end of its first head.
    /// Here and below, `nil` means no limit.
    public var headTimeout: Duration? = .seconds(30)
    /// The longest time without a byte of a body.
    public var bodyTimeout: Duration? = .seconds(60)
    /// The minimum rate at which a body must arrive, and at which a client must accept a waiting answer. Silence is
    /// left to ``bodyTimeout`` and ``writeTimeout``.
    public var minimumRate: MinimumRate? = .usual
    /// How long a connection may be idle between two requests.
    public var idleTimeout: Duration? = .seconds(75)
    /// How long a client may accept none of the bytes sent to it.
    public var writeTimeout: Duration? = .seconds(120)
    /// How long the client may neither send nor close after an answer that ends the connection; this gives it time to
    /// read the answer.
    public var lingerTimeout = Duration.seconds(5)
    /// How long a client may keep sending after such an answer in total.
    public var lingerLimit = Duration.seconds(30)
    /// How many bytes it may send then; a client that is cut off may not see the answer.
    public var lingerLimitBytes = 104_857_600
    /// How long requests that have partly arrived may take once draining begins.
    public var drainTimeout = Duration.seconds(1)

    /// Bytes of a refused request's body that are read and discarded to keep the connection.
    public var discardLimitBytes = 262_144

    /// Whether to report every answer to the handler.
    public var reportsAnswers = false

    /// The answers to requests that never reach the handler or that it doesn't answer. The server adds fields such as
    /// `retry-after`.
    public var failureAnswer: (RequestFailure) -> Response = { .plainText($0.description, status: $0.status) }

    /// The defaults.
    public init() {}
}
